package manifest

import (
	"path"
	"slices"
	"strings"
)

// versionMembers are the members of services that tell their versions.
var versionMembers = []string{"name", "namespace", "label", "binary", "version", "revision", "digest"}

// MarshalVersions returns what mergectl versions needs of the document, which is
// small enough to be kept of each release: the identity of the services, the folders
// of the workspace that they are built from, and the fields that one side of a link
// does not know.
func (m *Manifest) MarshalVersions() ([]byte, error) {
	brief := struct {
		Name     string   `json:"name"`
		Label    string   `json:"label,omitempty"`
		Services []Object `json:"services"`
		Links    []Object `json:"links"`
	}{Name: m.Name, Label: m.Label, Services: []Object{}, Links: []Object{}}
	for _, s := range m.Services {
		service := Object{"folders": folders(s)}
		for _, member := range versionMembers {
			if value, ok := s[member]; ok {
				service[member] = value
			}
		}
		brief.Services = append(brief.Services, service)
	}
	for _, l := range m.Links {
		link, _ := l.(map[string]any)
		brief.Links = append(brief.Links, Object{
			"caller": link["caller"], "callee": link["callee"], "rpc_service": link["rpc_service"], "conversions": oneSided(link),
		})
	}
	return marshal(brief)
}

// folders lists the packages of the workspace that a service is compiled from, as
// Bazel has them, sorted. The root is "".
func folders(service Object) []string {
	list := []string{}
	packages, _ := service["packages"].([]any)
	for _, p := range packages {
		member, _ := p.(map[string]any)
		label, _ := member["label"].(string)
		if rest, ok := strings.CutPrefix(label, "//"); ok {
			folder, _, _ := strings.Cut(rest, ":")
			list = append(list, strings.TrimPrefix(path.Clean("/"+folder), "/"))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// oneSided returns the conversions of a link with fields that one side does not
// know.
func oneSided(link map[string]any) []any {
	list := []any{}
	conversions, _ := link["conversions"].([]any)
	for _, c := range conversions {
		member, _ := c.(map[string]any)
		if member["sender_only"] != nil || member["receiver_only"] != nil {
			list = append(list, c)
		}
	}
	return list
}
