package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
)

// operation writes a route down as OpenAPI. huma adds the schemas.
func (a *API) operation(r route, body reflect.Type) huma.Operation {
	op := huma.Operation{
		OperationID:   r.ID,
		Method:        r.Method,
		Path:          r.Path,
		Tags:          []string{r.Tag},
		Summary:       r.Summary,
		Description:   r.Description,
		DefaultStatus: r.Status,
		Security:      security(r.Action),
		Middlewares:   huma.Middlewares{a.admitted(r.Action)},
		Responses:     map[string]*huma.Response{},
		Extensions:    map[string]any{"x-turno-action": string(r.Action)},
		// httpx.CleanInput has read and bounded the body already. A deadline set
		// now would only cut short a handler that takes longer.
		MaxBodyBytes:    httpx.MaxBody + 1,
		BodyReadTimeout: -1,
	}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
		if r.Answer == nil {
			op.DefaultStatus = http.StatusNoContent
		}
	}
	if r.Request != nil {
		op.RequestBody = &huma.RequestBody{Content: exampled(r.Request)}
	}
	success := &huma.Response{Description: http.StatusText(op.DefaultStatus), Headers: map[string]*huma.Param{}}
	if r.Answer != nil {
		success.Content = exampled(r.Answer)
		success.Content["application/json"].Schema = a.huma.OpenAPI().Components.Schemas.Schema(body, true, r.ID+"Response")
	}
	op.Responses[strconv.Itoa(op.DefaultStatus)] = success
	describeHeaders(r, &op, success)
	common := []int{http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError}
	for _, status := range append(common, r.Errors...) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	return op
}

func describeHeaders(r route, op *huma.Operation, success *huma.Response) {
	header := func(name, description string) {
		success.Headers[name] = &huma.Param{Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if _, ok := r.Answer.(linked); ok {
		header("Link", "The next page, with rel=\"next\" (RFC 8288); absent on the last.")
	}
	if _, ok := r.Answer.(located); ok {
		header("Location", "Where to find what was made.")
	}
	if !r.Polled {
		return
	}
	header("ETag", "Names this answer. Send it as If-None-Match to learn whether it has changed.")
	op.Responses["304"] = &huma.Response{Description: "Nothing has changed since the answer with this ETag."}
	op.Parameters = append(op.Parameters, &huma.Param{
		Name:        "If-None-Match",
		In:          "header",
		Description: "The ETag of an earlier answer: the answer is 304 and empty when nothing has changed.",
		Schema:      &huma.Schema{Type: huma.TypeString},
	})
}

// security tells which credentials an action takes: any or none when it is open
// to everybody.
func security(action policy.Action) []map[string][]string {
	schemes := []map[string][]string{{"bearer": {}}, {"session": {}}}
	if policy.Admit(policy.Caller{}, action) == nil {
		schemes = append([]map[string][]string{{}}, schemes...)
	}
	return schemes
}

// exampled is JSON content with an example. The schema is left to huma.
func exampled(example any) map[string]*huma.MediaType {
	written, err := json.Marshal(example)
	if err != nil {
		panic(fmt.Sprintf("an example of %T can't be written: %v", example, err))
	}
	var plain any
	if err := json.Unmarshal(written, &plain); err != nil {
		panic(fmt.Sprintf("an example of %T can't be read: %v", example, err))
	}
	return map[string]*huma.MediaType{"application/json": {Example: plain}}
}
