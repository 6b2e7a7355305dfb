package switching

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/filelock"
)

// claim is a locked file that says which journal has what a process, or a rules file, was
// found with. Without it, a second search with its own journal would take what the first
// one has switched for what the user has set.
type claim struct{ file *os.File }

// maxClaim is how long a claim may be, in bytes: it has a path.
const maxClaim = 1 << 16

// claimAll claims what a search switches, or nothing.
func claimAll(folder, journal string, names []string) (claims []claim, err error) {
	for _, name := range names {
		c, err := claimOne(folder, journal, name)
		if err != nil {
			keep(claims)
			return nil, err
		}
		claims = append(claims, c)
	}
	return claims, nil
}

func claimOne(folder, journal, name string) (c claim, err error) {
	sum := sha256.Sum256([]byte(name))
	path := filepath.Join(folder, hex.EncodeToString(sum[:]))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return c, err
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return c, fmt.Errorf("%s: not a regular file; remove it", path)
	}
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return c, err
		}
		if err := filelock.Try(file); err != nil {
			file.Close()
			if errors.Is(err, filelock.ErrHeld) {
				return c, fmt.Errorf("%s: another search is running there; wait for it", name)
			}
			return c, lockFailure(err)
		}
		if isAt(file, path) {
			c.file = file
			break
		}
		file.Close() // another search has just ended
	}
	if err := c.write(name, journal); err != nil {
		c.file.Close() // whose it was stays there
		return c, err
	}
	return c, nil
}

// write makes the claim that of a journal, unless it is that of another one that is still
// there.
func (c claim) write(name, journal string) error {
	text, err := io.ReadAll(io.LimitReader(c.file, maxClaim))
	if err != nil {
		return err
	}
	if other := strings.TrimSuffix(string(text), "\n"); other != "" && other != journal {
		if _, err := os.Lstat(other); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: a search was interrupted, and what it switched off may still be off; run mergectl bisect --restore --journal=%s first", name, other)
		}
	}
	if err := c.file.Truncate(0); err != nil {
		return err
	}
	if _, err := c.file.WriteAt([]byte(journal+"\n"), 0); err != nil {
		return err
	}
	return c.file.Sync()
}

// release ends claims once nothing is switched any more.
func release(claims []claim) {
	for _, c := range claims {
		os.Remove(c.file.Name()) // it is locked, so that it is nobody else's
		c.file.Close()
	}
}

// keep leaves claims to whoever puts back what is still switched.
func keep(claims []claim) {
	for _, c := range claims {
		c.file.Close()
	}
}
