package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Place is a place between two lines of a log, from which somebody who knows what is before
// it reads on. The zero Place is the beginning.
type Place struct {
	// Offset is how many bytes are before it, and Lines how many lines.
	Offset int64 `json:"offset"`
	Lines  int   `json:"lines"`
	// Before is the digest of the last bytes before it, which tells the log from others.
	Before string `json:"before"`
}

// ErrPlace is why a log cannot be read from a place on.
var ErrPlace = errors.New("it is another log, or an older copy")

// window is of how many bytes [Place.Before] is.
const window = 4096

// limit is how large a log may be, in bytes. A rollout that takes a month has some 100 MB.
const limit = 1 << 30

// ReadFile returns the entries of a log from a place on, and the place after them. Somebody
// else may have it open. The error is [ErrPlace] if the log does not have the place.
func ReadFile(name string, from Place) (entries []Entry, end Place, err error) {
	if err := checkRegular(name); err != nil {
		return nil, Place{}, err
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, Place{}, err
	}
	defer file.Close()
	entries, end, _, err = since(file, from)
	if err != nil && !errors.Is(err, ErrPlace) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return entries, end, err
}

// checkRegular returns an error for a file that is not a regular one: a FIFO would be waited
// for.
func checkRegular(name string) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: it is not a regular file", name)
	}
	return err
}

// since reads entries from a place on. The rest is what there is after the last whole line.
func since(file *os.File, from Place) (entries []Entry, end Place, rest []byte, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, Place{}, nil, err
	}
	if info.Size() > limit {
		return nil, Place{}, nil, fmt.Errorf("it has more than %d MB; begin a new log", limit>>20)
	}
	if from.Offset < 0 || from.Offset > info.Size() {
		return nil, Place{}, nil, ErrPlace
	}
	digest, err := before(file, from.Offset)
	if err == nil && from.Offset > 0 && digest != from.Before {
		err = ErrPlace
	}
	if err != nil {
		return nil, Place{}, nil, err
	}
	data, err := io.ReadAll(io.NewSectionReader(file, from.Offset, info.Size()-from.Offset))
	if err != nil {
		return nil, Place{}, nil, err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if entries, err = parse(data[:whole], from.Lines); err != nil {
		return nil, Place{}, nil, err
	}
	end = Place{Offset: from.Offset + int64(whole), Lines: from.Lines + len(entries)}
	end.Before, err = before(file, end.Offset)
	return entries, end, data[whole:], err
}

// before returns the digest of the last bytes before an offset.
func before(file *os.File, offset int64) (string, error) {
	begin := max(0, offset-window)
	data, err := io.ReadAll(io.NewSectionReader(file, begin, offset-begin))
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// parse reads whole lines that come after a number of others.
func parse(data []byte, lines int) (entries []Entry, err error) {
	for line := range bytes.Lines(data) {
		lines++
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		var e Entry
		if err := decoder.Decode(&e); err != nil {
			return nil, fmt.Errorf("line %d: it is not an entry of a rollout's log: %w", lines, err)
		}
		if decoder.More() {
			return nil, fmt.Errorf("line %d: it has more than one entry", lines)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
