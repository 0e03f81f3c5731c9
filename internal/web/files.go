package web

import (
	"encoding/json"
	"net/http"

	"github.com/turno-health/turno/internal/web/assets"
	"github.com/turno-health/turno/internal/web/page"
)

// day is how long browsers keep the files that have no fingerprint.
const day = "public, max-age=86400"

// manifest lets people put the clinic on their home screen (W3C Web Application
// Manifest).
func manifest(site *page.Site) http.HandlerFunc {
	type icon struct {
		Source  string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose,omitempty"`
	}
	return func(w http.ResponseWriter, r *http.Request) {
		name := "Turno"
		if clinic, err := site.Account.Clinic(r.Context()); err == nil {
			name = clinic.Name
		}
		w.Header().Set("Content-Type", "application/manifest+json")
		w.Header().Set("Cache-Control", day)
		_ = json.NewEncoder(w).Encode(map[string]any{ // the reader has left
			"name": name, "short_name": name, "id": "/", "start_url": "/", "scope": "/",
			"display": "standalone", "background_color": "#f6f3ec", "theme_color": "#f6f3ec",
			"icons": []icon{
				{assets.URL("icon-192.png"), "192x192", "image/png", ""},
				{assets.URL("icon-512.png"), "512x512", "image/png", "maskable"},
				{assets.URL("favicon.svg"), "any", "image/svg+xml", ""},
			},
		})
	}
}

// otherMethod refuses what is not done to a file.
func otherMethod(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	w.WriteHeader(http.StatusMethodNotAllowed)
}

// favicon is for browsers that ask for it whatever the page says.
func favicon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", day)
	http.Redirect(w, r, assets.URL("icon-192.png"), http.StatusFound)
}

// robots keeps searches and bookings, which have no end, from being followed.
func robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", day)
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /api/\nDisallow: /book\nDisallow: /doctors?\nDisallow: /account\nDisallow: /admin\nDisallow: /schedule\nDisallow: /appointments\nDisallow: /calendar\n"))
}
