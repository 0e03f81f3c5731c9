package api

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs
var docsFiles embed.FS

// documentRoutes serves the document, and as a page that needs nothing from
// anybody else: no script, and one stylesheet of our own.
func (a *API) documentRoutes() error {
	page, err := a.docsPage()
	if err != nil {
		return err
	}
	style, err := fs.ReadFile(docsFiles, "docs/style.css")
	if err != nil {
		return fmt.Errorf("read the stylesheet: %w", err)
	}
	for _, path := range []string{"/openapi.json", Prefix + "/openapi.json"} {
		a.mux.HandleFunc("GET "+path, constant("application/json", a.document))
	}
	a.mux.HandleFunc("GET /docs", constant("text/html; charset=utf-8", page))
	a.mux.HandleFunc("GET /docs/style.css", constant("text/css; charset=utf-8", style))
	return nil
}

// constant serves something that never changes while the program runs.
func constant(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Write(body)
	}
}

func (a *API) docsPage() ([]byte, error) {
	page, err := template.New("page.html").ParseFS(docsFiles, "docs/page.html")
	if err != nil {
		return nil, fmt.Errorf("read the template of /docs: %w", err)
	}
	var html bytes.Buffer
	if err := page.Execute(&html, a.docs()); err != nil {
		return nil, fmt.Errorf("write /docs: %w", err)
	}
	return html.Bytes(), nil
}

// docs is the document, in the order and the words of a page.
type docs struct {
	Title, Version string
	Introduction   []string
	Groups         []docsGroup
	Schemas        []docsSchema
}

type docsGroup struct {
	Name, Description string
	Operations        []docsOperation
}

type docsOperation struct {
	ID, Method, Path     string
	Summary, Description string
	Open                 bool // needs no sign-in
	Parameters           []docsParameter
	RequestSchema        string
	RequestExample       string
	Responses            []docsResponse
}

type docsParameter struct {
	Name, In, Type, Description string
	Required                    bool
}

type docsResponse struct {
	Status, Description, Schema, Example string
}

type docsSchema struct {
	Name   string
	Fields []docsParameter
}

func (a *API) docs() docs {
	document := a.huma.OpenAPI()
	page := docs{
		Title:        document.Info.Title,
		Version:      document.Info.Version,
		Introduction: strings.Split(document.Info.Description, "\n\n"),
		Schemas:      docsSchemas(document.Components.Schemas),
	}
	for _, tag := range document.Tags {
		group := docsGroup{Name: tag.Name, Description: tag.Description}
		for _, r := range a.routes {
			op := operationOf(document.Paths[r.Path], r.Method)
			if slices.Contains(op.Tags, tag.Name) {
				group.Operations = append(group.Operations, docsOperationOf(document, op))
			}
		}
		if len(group.Operations) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return page
}

func operationOf(path *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodPost:
		return path.Post
	case http.MethodPut:
		return path.Put
	case http.MethodPatch:
		return path.Patch
	case http.MethodDelete:
		return path.Delete
	default:
		return path.Get
	}
}

func docsOperationOf(document *huma.OpenAPI, op *huma.Operation) docsOperation {
	shown := docsOperation{
		ID: op.OperationID, Method: op.Method, Path: Prefix + op.Path,
		Summary: op.Summary, Description: op.Description, Open: len(op.Security[0]) == 0,
	}
	for _, p := range op.Parameters {
		shown.Parameters = append(shown.Parameters, docsParameter{
			Name: p.Name, In: p.In, Type: typeOf(p.Schema), Description: p.Description, Required: p.Required,
		})
	}
	if op.RequestBody != nil {
		shown.RequestSchema, shown.RequestExample = content(op.RequestBody.Content)
	}
	for status, response := range op.Responses {
		if name, ok := strings.CutPrefix(response.Ref, "#/components/responses/"); ok {
			shown.Responses = append(shown.Responses, docsResponse{Status: status, Description: document.Components.Responses[name].Description})
			continue
		}
		schema, example := content(response.Content)
		shown.Responses = append(shown.Responses, docsResponse{status, response.Description, schema, example})
	}
	slices.SortFunc(shown.Responses, func(a, b docsResponse) int { return cmp.Compare(a.Status, b.Status) })
	return shown
}

func content(media map[string]*huma.MediaType) (schema, example string) {
	for _, m := range media {
		written, err := json.MarshalIndent(m.Example, "", "  ")
		if err == nil && m.Example != nil {
			example = string(written)
		}
		schema = typeOf(m.Schema)
	}
	return schema, example
}

func docsSchemas(registry huma.Registry) []docsSchema {
	var schemas []docsSchema
	for name, schema := range registry.Map() {
		shown := docsSchema{Name: name}
		for field, s := range schema.Properties {
			shown.Fields = append(shown.Fields, docsParameter{
				Name: field, Type: typeOf(s), Description: s.Description, Required: slices.Contains(schema.Required, field),
			})
		}
		slices.SortFunc(shown.Fields, func(a, b docsParameter) int { return cmp.Compare(a.Name, b.Name) })
		schemas = append(schemas, shown)
	}
	slices.SortFunc(schemas, func(a, b docsSchema) int { return cmp.Compare(a.Name, b.Name) })
	return schemas
}

// typeOf is a schema in a few words: "string (uuid)", "integer, 1 to 5", "list of
// Appointment".
func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Type == huma.TypeArray:
		return "list of " + typeOf(s.Items)
	}
	words := s.Type
	if s.Format != "" && s.Type == huma.TypeString {
		words += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		options := make([]string, len(s.Enum))
		for i, option := range s.Enum {
			options[i] = fmt.Sprint(option)
		}
		words = strings.Join(options, " | ")
	}
	if s.Minimum != nil && s.Maximum != nil {
		words += ", " + number(*s.Minimum) + " to " + number(*s.Maximum)
	}
	if s.MaxLength != nil {
		words += ", at most " + strconv.Itoa(*s.MaxLength) + " characters"
	}
	if s.Nullable {
		words += " or null"
	}
	return words
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
