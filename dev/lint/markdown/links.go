// Package markdown checks the links and the wording of Markdown files, as GitHub renders them.
package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// BrokenLinks returns a message for each relative link of the named files that leads to no file, or
// to no heading of one. Links and names are relative to the root of tree; links with a scheme or a
// host are not followed.
func BrokenLinks(tree fs.FS, names []string) ([]string, error) {
	pages := make(pages)
	var broken []string
	for _, name := range names {
		page, err := pages.read(tree, name)
		if err != nil {
			return nil, err
		}
		for _, link := range page.links {
			problem, err := pages.follow(tree, name, link.to)
			if err != nil {
				return nil, err
			}
			if problem != "" {
				broken = append(broken, fmt.Sprintf("%s:%d: link to %s: %s", name, link.line, link.to, problem))
			}
		}
	}
	return broken, nil
}

// pages holds the files that were read, by name.
type pages map[string]*page

type page struct {
	links   []link
	anchors map[string]bool
}

type link struct {
	to   string
	line int
}

func (p pages) read(tree fs.FS, name string) (*page, error) {
	if known := p[name]; known != nil {
		return known, nil
	}
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	p[name] = parse(src)
	return p[name], nil
}

// lines are the fragments by which GitHub links to lines of a source file.
var lines = regexp.MustCompile(`^L\d+(C\d+)?(-L\d+(C\d+)?)?$`)

// follow returns what is wrong with a link in the named file, or "".
func (p pages) follow(tree fs.FS, name, to string) (string, error) {
	u, err := url.Parse(to)
	if err != nil {
		return err.Error(), nil
	}
	if u.Scheme != "" || u.Host != "" {
		return "", nil
	}
	target := name
	switch {
	case strings.HasPrefix(u.Path, "/"):
		target = path.Join(".", u.Path)
	case u.Path != "":
		target = path.Join(path.Dir(name), u.Path)
	}
	if !fs.ValidPath(target) {
		return "leads out of the repository", nil
	}
	info, err := fs.Stat(tree, target)
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file", nil
	}
	if err != nil {
		return "", err
	}
	switch {
	case u.Fragment == "":
		return "", nil
	case info.IsDir():
		return "a folder has no headings; link to its README.md", nil
	case path.Ext(target) != ".md":
		if !lines.MatchString(u.Fragment) {
			return "not a line of a source file", nil
		}
		return "", nil
	}
	page, err := p.read(tree, target)
	if err != nil {
		return "", err
	}
	if !page.anchors[u.Fragment] {
		return "no such heading in " + target, nil
	}
	return "", nil
}

var parser = goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()

// htmlAnchor matches the HTML by which a page names a place that is not a heading.
var htmlAnchor = regexp.MustCompile(`<[a-z][^>]*\s(?:id|name)="([^"]+)"`)

func parse(src []byte) *page {
	page := &page{anchors: make(map[string]bool)}
	seen := make(map[string]int)
	// Never fails: the function does not.
	_ = ast.Walk(parser.Parse(text.NewReader(src)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Heading:
			anchor := Anchor(plain(node, src))
			n := seen[anchor]
			seen[anchor]++
			if n > 0 {
				anchor = fmt.Sprintf("%s-%d", anchor, n)
			}
			page.anchors[anchor] = true
		case *ast.Link:
			page.links = append(page.links, link{string(node.Destination), line(node, src)})
		case *ast.Image:
			page.links = append(page.links, link{string(node.Destination), line(node, src)})
		case *ast.RawHTML:
			page.addHTML(node.Segments, src)
		case *ast.HTMLBlock:
			page.addHTML(node.Lines(), src)
		}
		return ast.WalkContinue, nil
	})
	return page
}

func (p *page) addHTML(segments *text.Segments, src []byte) {
	for _, match := range htmlAnchor.FindAllSubmatch(segments.Value(src), -1) {
		p.anchors[string(match[1])] = true
	}
}

// line returns the line of a node's text, or of the block that it is in.
func line(node ast.Node, src []byte) int {
	for ; node != nil; node = node.Parent() {
		var at int
		if child, ok := node.FirstChild().(*ast.Text); ok {
			at = child.Segment.Start
		} else if node.Type() == ast.TypeBlock && node.Lines().Len() > 0 {
			at = node.Lines().At(0).Start
		} else {
			continue
		}
		return 1 + bytes.Count(src[:at], []byte("\n"))
	}
	return 1
}
