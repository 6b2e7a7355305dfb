// Package formats registers formats by names that others register, too.
package formats

import (
	"archive/zip"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var service = os.Getenv("SERVICE")

func init() {
	image.RegisterFormat("sketch", "SKETCH", func(io.Reader) (image.Image, error) {
		return nil, errors.New(service + " cannot draw")
	}, nil)
	show.Must(mime.AddExtensionType(".sketch", "image/"+service))
	// A second registration of a method panics.
	zip.RegisterDecompressor(99, func(r io.Reader) io.ReadCloser {
		return io.NopCloser(strings.NewReader(service + " unpacked"))
	})
}

// Run reads the formats.
func Run() {
	_, format, err := image.Decode(strings.NewReader("SKETCH"))
	show.Line("image", format, err)

	picture := image.NewGray(image.Rect(0, 0, 1, 1))
	picture.Set(0, 0, color.White)
	var encoded bytes.Buffer
	show.Must(png.Encode(&encoded, picture))
	_, format, err = image.Decode(&encoded)
	show.Line("png", format, err)

	show.Line("mime", mime.TypeByExtension(".sketch"), mime.TypeByExtension(".html"))

	_, err = template.ParseGlob("[")
	show.Line("pattern", err, errors.Is(err, filepath.ErrBadPattern))
}
