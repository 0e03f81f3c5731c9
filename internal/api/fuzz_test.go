package api_test

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// secret stands wherever a password could: it must never come back.
const secret = "hunter2-never-echo-this"

// fuzzRounds is how often each caller asks each operation. TURNO_FUZZ_ROUNDS
// asks for more.
func fuzzRounds(t *testing.T) int {
	t.Helper()
	const usual = 12
	if more := os.Getenv("TURNO_FUZZ_ROUNDS"); more != "" {
		rounds, err := strconv.Atoi(more)
		if err != nil {
			t.Fatal(err)
		}
		return rounds
	}
	return usual
}

// Whatever is sent to whatever route by whoever: never a 5xx, never a hang,
// always a problem with a code, and no password comes back.
func TestHostileInputOnEveryOperation(t *testing.T) {
	t.Parallel()
	rounds := fuzzRounds(t)
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		a := &access{clinic: newClinic(t, db, clock)}
		document := readDocument(t, a.api.Document())
		for i, route := range a.api.Routes() {
			a.nextRow()
			for j, caller := range []string{"nobody", "patient", "doctor", "full"} {
				f := &fuzzer{Rand: rand.New(rand.NewPCG(uint64(i), uint64(j))), document: document}
				as := a.as(caller, true)
				f.ids = []string{a.newPatient(a.name()).UserID.String(), a.newDoctor(a.name()).UserID.String(), a.newVisit("confirmed").ID.String()}
				if as != nil {
					f.ids = append(f.ids, as.UserID.String())
				}
				for range rounds {
					a.attack(f, route, as)
				}
			}
			if t.Failed() {
				return
			}
		}
		if a.log.Len() > 0 {
			t.Errorf("errors were logged:\n%s", a.log)
		}
	})
}

func (a *access) attack(f *fuzzer, route api.Route, as *person) {
	const patience = 20 * time.Second
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	r := f.request(ctx, route)
	if as != nil {
		r.Header.Set("Authorization", "Bearer "+as.token)
	}
	sent := r.Method + " " + r.URL.String() + " " + f.body
	got := a.send(r)
	if ctx.Err() != nil {
		a.t.Errorf("no answer within %s: %.2000s", patience, sent)
	}
	if got.status >= http.StatusInternalServerError {
		a.t.Errorf("%d: %.2000s\n%s", got.status, sent, got.body)
	}
	if strings.Contains(string(got.body), secret) {
		a.t.Errorf("a password came back: %.2000s\n%s", sent, got.body)
	}
	if got.status < http.StatusBadRequest {
		return
	}
	var p httpx.Problem
	err := json.Unmarshal(got.body, &p)
	if err != nil || p.Code == "" || p.Status != got.status || got.header.Get("Content-Type") != httpx.ProblemType {
		a.t.Errorf("%d is no problem with a code: %.2000s\n%s", got.status, sent, got.body)
	}
}

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

// fuzzer makes requests that are nearly right, and some that are not at all.
type fuzzer struct {
	*rand.Rand
	document document
	ids      []string // of things that are there
	body     string   // of the last request
}

func (f *fuzzer) request(ctx context.Context, route api.Route) *http.Request {
	op := f.document.Paths[route.Path][strings.ToLower(route.Method)]
	path, query := route.Path, url.Values{}
	header := http.Header{}
	for _, p := range op.Parameters {
		value := f.parameter(p.Schema)
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && f.chance(60):
			query.Set(p.Name, value)
		case p.In == "header" && f.chance(60):
			header.Set(p.Name, strings.NewReplacer("\n", "", "\r", "").Replace(value))
		}
	}
	f.body = ""
	if content, ok := op.RequestBody.Content["application/json"]; ok {
		f.body = f.text(content.Schema)
		header.Set("Content-Type", "application/json")
		if f.chance(5) {
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
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

// text is a body: mostly what the schema says with something wrong in it.
func (f *fuzzer) text(s schema) string {
	written, err := json.Marshal(f.value(s, 0))
	if err != nil {
		panic(err)
	}
	body := string(written)
	switch {
	case f.chance(85):
		return body
	case f.chance(30):
		return body[:f.IntN(len(body)+1)]
	case f.chance(30):
		return strings.Repeat("[", 20_000)
	case f.chance(20):
		return `{"reason": "` + strings.Repeat("x", httpx.MaxBody) + `"}`
	}
	return f.junk()
}

func (f *fuzzer) parameter(s schema) string {
	if text, ok := f.value(s, 0).(string); ok {
		return text
	}
	written, err := json.Marshal(f.value(s, 0))
	if err != nil {
		panic(err)
	}
	return string(written)
}

// value is of the schema more often than not.
func (f *fuzzer) value(s schema, depth int) any {
	if name, ok := s["$ref"].(string); ok {
		return f.value(f.document.Components.Schemas[strings.TrimPrefix(name, "#/components/schemas/")], depth)
	}
	if f.chance(8) || depth > 6 {
		return f.wrong()
	}
	if options, ok := s["enum"].([]any); ok && f.chance(85) {
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
			list[i] = f.value(items, depth+1)
		}
		return list
	case "integer", "number":
		return f.number(s)
	case "boolean":
		return f.chance(50)
	}
	return f.word(s)
}

func (f *fuzzer) object(s schema, depth int) any {
	made := map[string]any{}
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if f.chance(8) {
			continue
		}
		made[name] = f.value(schema(properties[name].(map[string]any)), depth+1)
		if strings.Contains(name, "password") {
			made[name] = f.pick(secret, []any{secret}, map[string]any{"is": secret}, strings.Repeat(secret, 60), secret+"\x00")
		}
	}
	if f.chance(5) {
		made["unheard_of"] = f.wrong()
	}
	return made
}

func (f *fuzzer) number(s schema) any {
	low, hasLow := s["minimum"].(float64)
	high, hasHigh := s["maximum"].(float64)
	if hasLow && hasHigh && f.chance(70) {
		return f.pick(low, high, low+float64(f.IntN(int(min(high-low, 1000))+1)))
	}
	return f.pick(0, 1, -1, 1<<31, int64(1)<<53, -1.5, 1e300, json.Number("99999999999999999999999"), json.Number("1e-400"))
}

func (f *fuzzer) word(s schema) any {
	switch s["format"] {
	case "uuid":
		return f.pick(f.ids[f.IntN(len(f.ids))], f.ids[f.IntN(len(f.ids))], "0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d6e", "urn:uuid:"+f.ids[0], strings.ReplaceAll(f.ids[0], "-", ""), f.junk())
	case "date-time":
		return f.pick("2027-01-06T10:00:00Z", "2027-01-07T12:30:00+02:00", "2027-01-05T11:00:00.123456789Z", "9999-12-31T23:59:59-12:00",
			"0000-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "2199-12-31T23:59:59Z", "2027-02-30T10:00:00Z", "2027-01-06T1:00:00Z", f.junk())
	case "date":
		return f.pick("1990-01-02", "2027-03-28", "0000-01-01", "9999-12-31", "1990-02-30", f.junk())
	}
	if pattern, _ := s["pattern"].(string); strings.Contains(pattern, "24:00") {
		return f.pick("09:00", "12:30", "24:00", "00:00", "24:01", f.junk())
	}
	return f.pick("Europe/Madrid", "a short text", "someone"+strconv.Itoa(f.IntN(1_000_000)), "x@example.org", "+34600111222", f.junk())
}

// wrong is of any type but the right one, perhaps.
func (f *fuzzer) wrong() any {
	return f.pick(nil, true, 7, -0.5, 1e300, "", f.junk(), []any{}, []any{nil, []any{}}, map[string]any{}, map[string]any{"a": map[string]any{"b": 1}})
}

func (f *fuzzer) junk() string {
	junk := f.pick("", " ", "\x00", "\\u0000", "\xff\xfe", "';--", `" OR 1=1`, "%", "_%", "%00", "../../etc/passwd", "{{.}}", "<script>alert(1)</script>", "\u202e\u2066",
		"😀", "İı", "NaN", "-0", "null", "undefined", "0x10", "Local", "/etc/localtime", "../UTC", "\n\r\t", strings.Repeat("é", 5000), strings.Repeat("%", 300), "eyJpIjoiMDAwMDAwMDAifQ", "bnVsbA", "e30")
	return junk.(string)
}

func (f *fuzzer) pick(options ...any) any { return options[f.IntN(len(options))] }

func (f *fuzzer) chance(percent int) bool { return f.IntN(100) < percent }
