package debuginfo

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"text/template"
)

// document is JSON in which each function is one line.
var document = template.Must(template.New("document").Funcs(template.FuncMap{"json": toJSON}).Parse(`{
  "service": {{json .Service}},
  "namespace": {{json .Namespace}},
  "code": {{json .Code}},
  "binary": {{json .Binary}},
  "packages": [{{range $i, $package := .Packages}}{{if $i}},{{end}}
    {
      "importpath": {{json .ImportPath}},
      "bytes": {{.Bytes}},
      "functions": [{{range $j, $function := .Functions}}{{if $j}},{{end}}
        {{json .}}{{end}}
      ]
    }{{end}}
  ]
}
`))

// Write writes the document as JSON.
func (info *Info) Write(out io.Writer) error {
	var text bytes.Buffer
	if err := document.Execute(&text, info); err != nil {
		return err
	}
	_, err := out.Write(text.Bytes())
	return err
}

// toJSON writes a value on one line, without escapes for HTML.
func toJSON(value any) (string, error) {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return strings.TrimSuffix(out.String(), "\n"), err
}
