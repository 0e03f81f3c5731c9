package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/httpx"
)

// schema is a schema of the document, as JSON.
type schema map[string]any

type operation struct {
	Parameters []struct {
		Name, In string
		Schema   schema
	}
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`
}

type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

func readDocument(t *testing.T, text []byte) (d document) {
	t.Helper()
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// fuzzer makes requests from the document: some are right, some have a little
// wrong in them, some are nothing but wrong.
type fuzzer struct {
	*rand.Rand
	document document
	world    *world
	mischief int    // how much of the request is wrong, in percent
	body     string // of the last request
}

func (f *fuzzer) request(ctx context.Context, route api.Route) *http.Request {
	f.mischief = []int{0, 0, 4, 10, 40}[f.IntN(5)]
	op := f.document.Paths[route.Path][strings.ToLower(route.Method)]
	path, query, header := route.Path, url.Values{}, http.Header{}
	for _, p := range op.Parameters {
		name := p.Name
		if before, _, ok := strings.Cut(route.Path, "{id}"); ok && name == "id" {
			name = before
		}
		value := f.parameter(name, p.Schema)
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && f.chance(40):
			query.Set(p.Name, value)
		case p.In == "header" && f.chance(40):
			header.Set(p.Name, strings.NewReplacer("\n", "", "\r", "").Replace(value))
		}
	}
	f.body = ""
	if content, ok := op.RequestBody.Content["application/json"]; ok {
		f.body = f.text(content.Schema)
		header.Set("Content-Type", "application/json")
		if f.wrong() && f.chance(20) {
			header.Set("Content-Type", f.junk())
		}
	}
	target := api.Prefix + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r := httptest.NewRequestWithContext(ctx, route.Method, "/", strings.NewReader(f.body))
	if parsed, err := url.Parse(target); err == nil {
		r.URL, r.RequestURI = parsed, target
	}
	maps.Copy(r.Header, header)
	return r
}

// text is a body.
func (f *fuzzer) text(s schema) string {
	body := written(f.value("", s, 0))
	if !f.wrong() {
		return body
	}
	switch f.IntN(8) {
	case 0:
		return body[:f.IntN(len(body)+1)]
	case 1:
		return strings.Repeat("[", 20_000)
	case 2:
		return `{"reason": "` + strings.Repeat("x", httpx.MaxBody) + `"}`
	case 3:
		return f.junk()
	}
	return body
}

func (f *fuzzer) parameter(name string, s schema) string {
	value := f.value(name, s, 0)
	if text, ok := value.(string); ok {
		return text
	}
	return written(value)
}

func written(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (f *fuzzer) value(name string, s schema, depth int) any {
	if ref, ok := s["$ref"].(string); ok {
		return f.value(name, f.document.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")], depth)
	}
	if strings.Contains(name, "password") {
		return f.password()
	}
	if f.wrong() {
		return f.mistyped()
	}
	if options, ok := s["enum"].([]any); ok {
		return options[f.IntN(len(options))]
	}
	kind, _ := s["type"].(string)
	if kinds, ok := s["type"].([]any); ok {
		kind, _ = kinds[0].(string)
	}
	switch kind {
	case "object":
		return f.object(s, depth)
	case "array":
		items, _ := s["items"].(map[string]any)
		list := make([]any, f.IntN(4))
		for i := range list {
			list[i] = f.value(name, items, depth+1)
		}
		return list
	case "integer", "number":
		return f.number(name, s)
	case "boolean":
		return f.chance(50)
	}
	return f.word(name, s)
}

func (f *fuzzer) password() any {
	if !f.wrong() {
		return f.pick(password, secret)
	}
	return f.pick([]any{secret}, map[string]any{"is": secret}, strings.Repeat(secret, 60), secret+"\x00", 7, nil)
}

func (f *fuzzer) object(s schema, depth int) any {
	made := map[string]any{}
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if needed := slices.Contains(required, any(name)); !needed && f.chance(60) || f.wrong() && f.chance(30) {
			continue
		}
		made[name] = f.value(name, schema(properties[name].(map[string]any)), depth+1)
	}
	if f.wrong() && f.chance(30) {
		made["unheard_of"] = f.mistyped()
	}
	return made
}

func (f *fuzzer) number(name string, s schema) any {
	if name == "specialization_id" && !f.wrong() {
		return 1
	}
	low, hasLow := s["minimum"].(float64)
	high, hasHigh := s["maximum"].(float64)
	if !f.wrong() && hasLow && hasHigh {
		return f.pick(low, high, low+1, low+float64(f.IntN(int(min(high-low, 50))+1)))
	}
	return f.pick(0, 1, -1, 1<<31, int64(1)<<53, -1.5, 1e300, json.Number("99999999999999999999999"), json.Number("1e-400"))
}

// word is a text that suits the name and the form.
func (f *fuzzer) word(name string, s schema) any {
	if id, ok := f.world.ids[name]; ok && f.chance(90) {
		return id
	}
	format, _ := s["format"].(string)
	pattern, _ := s["pattern"].(string)
	switch {
	case format == "uuid":
		ids := slices.Sorted(maps.Values(f.world.ids))
		id := ids[f.IntN(len(ids))]
		return f.pick(id, "0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d6e", "urn:uuid:"+id, strings.ReplaceAll(id, "-", ""), "{"+id+"}")
	case format == "date-time" && f.chance(60):
		open := f.world.open
		return rfc(open[f.IntN(len(open))].StartsAt)
	case format == "date-time":
		return f.pick("2027-01-07T12:30:00+02:00", "2027-01-05T11:00:00.123456789Z", "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z",
			"1900-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "2199-12-31T23:59:59Z", "2027-02-30T10:00:00Z", "2027-01-06T1:00:00Z", "2027-01-06T23:59:60Z")
	case format == "date":
		return f.pick("1990-01-02", "2027-03-28", "2020-02-29", "0000-01-01", "9999-12-31", "1990-02-30")
	case strings.Contains(pattern, "24:00"):
		return f.pick("09:00", "12:30", "24:00", "00:00", "24:01")
	case name == "time_zone":
		return f.pick("Europe/Madrid", "UTC", "Asia/Kathmandu", "Local", "", "../UTC", "/etc/localtime")
	case name == "email":
		return f.pick("x"+strconv.Itoa(f.IntN(1_000_000))+"@example.org", "x@example.org", "@", "a@b@c", "İ@example.org", "x@no-mail.invalid")
	case name == "username" || name == "login" || name == "license_number" || name == "name":
		return f.pick("someone"+strconv.Itoa(f.IntN(1_000_000)), "patient", "PATIENT", "İstanbul", "a@b.c", "  x  ", f.junk())
	case name == "cursor":
		return f.pick("", f.junk(), f.forgedCursor())
	case name == "contact_number":
		return f.pick("+34600111222", "+34 600-111-222", "600111222", "+", "+999999999999999999")
	}
	return f.pick("a short text", "de", f.junk())
}

// forgedCursor has the form of ours, with keys that no row has, and perhaps the
// id of something that is there.
func (f *fuzzer) forgedCursor() string {
	keys := []string{`"t":"2027-01-05T11:00:00Z"`, `"t":"0000-06-01T00:00:00Z"`, `"t":"9999-12-31T23:59:59-12:00"`, `"t":"0001-01-01T00:00:00Z"`,
		`"n":1e9`, `"n":-1e300`, `"n":4.999999999999`, `"c":1099511627776`, `"c":-1`, `"c":2147483647`,
		`"s":"a\u0000b"`, `"s":"\ud800"`, "\"s\":\"\xff\"", `"s":"` + strings.Repeat("é", 300) + `"`, `"o":true`}
	ids := slices.Sorted(maps.Values(f.world.ids))
	lists := []string{"appointments", "feedback", "users", "audit-logs", "access-log", "doctor-ratings", "doctors by earliest", "doctors by rating", "doctors by name"}
	chosen := []string{`"l":"` + lists[f.IntN(len(lists))] + `"`, `"i":"` + ids[f.IntN(len(ids))] + `"`}
	for range 1 + f.IntN(3) {
		chosen = append(chosen, keys[f.IntN(len(keys))])
	}
	return base64.RawURLEncoding.EncodeToString([]byte("{" + strings.Join(chosen, ",") + "}"))
}

// mistyped is of any type but the right one, perhaps.
func (f *fuzzer) mistyped() any {
	return f.pick(nil, true, 7, -0.5, 1e300, "", f.junk(), f.junk(), []any{}, []any{nil, []any{}}, map[string]any{}, map[string]any{"a": map[string]any{"b": 1}})
}

func (f *fuzzer) junk() string {
	options := []string{"", " ", "\x00", `\u0000`, "\xff\xfe", "';--", `" OR 1=1`, "%", "_%", `\`, "%00", "../../etc/passwd", "{{.}}", "<script>alert(1)</script>",
		"\u202e\u2066", "😀", "İı", "NaN", "-0", "null", "undefined", "0x10", "\n\r\t", strings.Repeat("é", 5000), strings.Repeat("%", 300),
		"eyJpIjoiMDAwMDAwMDAifQ", "bnVsbA", "e30", "eyJ0IjoiOTk5OS0xMi0zMVQyMzo1OTo1OS0xMjowMCIsImkiOiIwMTk3ZjNhNC03YzFlLTdiNWEtOWQwZS0xZjJhM2I0YzVkNmUifQ"}
	return options[f.IntN(len(options))]
}

func (f *fuzzer) pick(options ...any) any { return options[f.IntN(len(options))] }

func (f *fuzzer) chance(percent int) bool { return f.IntN(100) < percent }

// wrong decides whether the next thing is to be.
func (f *fuzzer) wrong() bool { return f.chance(f.mischief) }
