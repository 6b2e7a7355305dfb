package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// Files that a release is checked against.
const (
	changelogFile = "CHANGELOG.md"
	metadataFile  = ".bcr/metadata.template.json"
	moduleFile    = "MODULE.bazel"
)

// versionTag matches the tag of a release. Its version is without the v.
var versionTag = regexp.MustCompile(`^v((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})$`)

// check returns an error for each reason why the work tree below root cannot be
// released under a tag.
func check(root, tag string) error {
	m := versionTag.FindStringSubmatch(tag)
	if m == nil {
		return fmt.Errorf("%q is not the tag of a release; write it like v1.2.3", tag)
	}
	version := m[1]
	_, changes := changesOf(root, version)
	return errors.Join(checkModule(root, version), changes, checkMaintainers(root))
}

// checkModule compares the version of the module with that of the release.
func checkModule(root, version string) error {
	data, err := os.ReadFile(filepath.Join(root, moduleFile))
	if err != nil {
		return err
	}
	file, err := build.ParseModule(moduleFile, data)
	if err != nil {
		return err
	}
	for _, module := range file.Rules("module") {
		if got := module.AttrString("version"); got != version {
			return fmt.Errorf("%s: the module has version %s; set it to %s", moduleFile, got, version)
		}
		return nil
	}
	return fmt.Errorf("%s: no call of module", moduleFile)
}

// checkMaintainers returns an error unless the registry knows whom to ask.
func checkMaintainers(root string) error {
	data, err := os.ReadFile(filepath.Join(root, metadataFile))
	if err != nil {
		return err
	}
	var metadata struct {
		Maintainers []struct {
			Name         string `json:"name"`
			Email        string `json:"email"`
			GitHub       string `json:"github"`
			GitHubUserID int64  `json:"github_user_id"`
		} `json:"maintainers"`
	}
	if err := json.Unmarshal(data, &metadata); err != nil {
		return fmt.Errorf("%s: %w", metadataFile, err)
	}
	if len(metadata.Maintainers) == 0 {
		return fmt.Errorf("%s: maintainers is empty; list who answers for releases at the registry", metadataFile)
	}
	for i, m := range metadata.Maintainers {
		if m.Name == "" || m.Email == "" || m.GitHub == "" || m.GitHubUserID == 0 {
			return fmt.Errorf("%s: maintainer %d lacks one of name, email, github and github_user_id", metadataFile, i+1)
		}
	}
	return nil
}

// changesOf returns the section of the changelog about a version, without its
// heading.
func changesOf(root, version string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, changelogFile))
	if err != nil {
		return "", err
	}
	var section strings.Builder
	found := false
	for line := range strings.Lines(string(data)) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			name, _, _ := strings.Cut(strings.TrimSpace(heading), " ")
			found = strings.Trim(name, "[]") == version
			continue
		}
		if found {
			section.WriteString(line)
		}
	}
	text := strings.TrimSpace(section.String())
	if text == "" {
		return "", fmt.Errorf("%s: no changes under a heading %q; rename \"Unreleased\"", changelogFile, "## "+version)
	}
	return text + "\n", nil
}
