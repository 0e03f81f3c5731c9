package webtest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Visitor follows links and sends forms as a browser without scripts does.
type Visitor struct {
	Header http.Header // sent with every request, such as Accept-Language

	t      testing.TB
	base   string
	client *http.Client
}

// Visitor is somebody who has not signed in.
func (c *Clinic) Visitor(t testing.TB) *Visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.VisitorWith(t, jar)
}

// VisitorWith is Visitor with a jar for its cookies, which a test looks into.
func (c *Clinic) VisitorWith(t testing.TB, jar http.CookieJar) *Visitor {
	t.Helper()
	return &Visitor{Header: http.Header{"Accept-Language": {"en"}}, t: t, base: c.URL, client: &http.Client{Jar: jar}}
}

// As is a visitor who has signed in through the page for it.
func (c *Clinic) As(t testing.TB, p Person) *Visitor {
	t.Helper()
	v := c.Visitor(t)
	answer := v.Post("/login", url.Values{"login": {p.Username}, "password": {Password}})
	if answer.Status != http.StatusOK || strings.HasPrefix(answer.Path, "/login") {
		t.Fatalf("%s can't sign in: %d at %s\n%s", p.Username, answer.Status, answer.Path, answer.Text())
	}
	return v
}

// Answer is a page that has arrived, after redirects.
type Answer struct {
	*goquery.Document
	Status int
	Path   string // with its query: where redirects led
	Header http.Header
	Body   string
}

// Get opens a page of the site.
func (v *Visitor) Get(path string) *Answer {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil, "")
}

// Post sends a form.
func (v *Visitor) Post(path string, fields url.Values) *Answer {
	v.t.Helper()
	return v.do(http.MethodPost, path, strings.NewReader(fields.Encode()), "same-origin")
}

// PostFrom sends a form as another site's page makes a browser do it: site is
// the value of Sec-Fetch-Site, such as "cross-site".
func (v *Visitor) PostFrom(site, path string, fields url.Values) *Answer {
	v.t.Helper()
	return v.do(http.MethodPost, path, strings.NewReader(fields.Encode()), site)
}

// Submit sends the form that selector finds on the page, its fields as they
// stand, some of them filled in anew. The button pressed is the first one, or the
// one whose name is among the fields.
func (v *Visitor) Submit(on *Answer, selector string, fill url.Values) *Answer {
	v.t.Helper()
	form := on.Find(selector).First()
	if form.Length() == 0 || !form.Is("form") {
		v.t.Fatalf("%s has no form %s\n%s", on.Path, selector, on.Text())
	}
	fields := fieldsOf(form)
	maps.Copy(fields, fill)
	action, err := url.Parse(form.AttrOr("action", on.Path))
	if err != nil {
		v.t.Fatal(err)
	}
	here, err := url.Parse(on.Path)
	if err != nil {
		v.t.Fatal(err)
	}
	target := here.ResolveReference(action).String()
	if strings.EqualFold(form.AttrOr("method", "get"), "post") {
		return v.Post(target, fields)
	}
	path, _, _ := strings.Cut(target, "?")
	return v.Get(path + "?" + fields.Encode())
}

// fieldsOf is what a browser would send.
func fieldsOf(form *goquery.Selection) url.Values {
	fields := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, input *goquery.Selection) {
		switch input.AttrOr("type", "text") {
		case "checkbox", "radio":
			if _, checked := input.Attr("checked"); !checked {
				return
			}
			fields.Add(input.AttrOr("name", ""), input.AttrOr("value", "on"))
			return
		case "submit", "button", "image", "reset":
			return
		}
		value := input.AttrOr("value", "")
		if input.Is("textarea") {
			value = input.Text()
		}
		fields.Add(input.AttrOr("name", ""), value)
	})
	form.Find("select[name]").Each(func(_ int, list *goquery.Selection) {
		chosen := list.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = list.Find("option").First()
		}
		fields.Add(list.AttrOr("name", ""), chosen.AttrOr("value", chosen.Text()))
	})
	if button := form.Find("button[name]").First(); button.Length() > 0 && form.Find("button:not([name])").Length() == 0 {
		fields.Add(button.AttrOr("name", ""), button.AttrOr("value", ""))
	}
	return fields
}

func (v *Visitor) do(method, path string, body io.Reader, site string) *Answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	maps.Copy(request.Header, v.Header)
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", site)
		request.Header.Set("Referer", v.base+path)
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(all))
	if err != nil {
		v.t.Fatal(err)
	}
	return &Answer{document, response.StatusCode, response.Request.URL.RequestURI(), response.Header, string(all)}
}

// Text is what people read of the page's main part.
func (a *Answer) Text() string {
	part := a.Find("main")
	if part.Length() == 0 {
		part = a.Find("body")
	}
	return strings.Join(strings.Fields(part.Text()), " ")
}

// Says reports whether the page's words contain the sentence, messages about what
// was just done included.
func (a *Answer) Says(sentence string) bool {
	return strings.Contains(strings.Join(strings.Fields(a.Find("body").Text()), " "), sentence)
}

// Want fails the test when an answer has another status, or does not say something.
func Want(t *testing.T, a *Answer, status int, sentences ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s answers %d, not %d\n%s", a.Path, a.Status, status, a.Text())
	}
	for _, sentence := range sentences {
		if !a.Says(sentence) {
			t.Errorf("%s does not say %q\n%s", a.Path, sentence, a.Text())
		}
	}
}
