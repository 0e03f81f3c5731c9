package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Prefix is the path below which all files are.
const Prefix = "/assets/"

//go:embed files
var embedded embed.FS

// URL is the address of a file. It has a fingerprint of all files in it, so a
// browser may keep what it has loaded for ever, and the modules find each other
// by relative names. It panics when there is no such file: the program is wrong.
func URL(name string) string {
	all := load()
	if _, ok := all.files[name]; !ok {
		panic("there is no asset " + name)
	}
	return Prefix + all.fingerprint + "/" + name
}

// Handler serves the files below Prefix. It compresses them now, so that nobody's
// first page waits for that.
func Handler() http.Handler {
	load()
	return http.HandlerFunc(serve)
}

// file is one file, compressed once for all who ask. A form is nil when it is no
// smaller.
type file struct {
	mediaType         string
	plain, gzip, zstd []byte
	length            string
	gzipLen, zstdLen  string
}

type library struct {
	fingerprint string
	files       map[string]*file
}

var load = sync.OnceValue(func() library { //nolint:gochecknoglobals // what never changes, compressed once
	all := library{files: map[string]*file{}}
	// One for all files, as it fills tables of some megabytes, and gone after them.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are fixed
	}
	sum := sha256.New()
	add := func(name string, content []byte) {
		sum.Write([]byte(name))
		sum.Write(content)
		all.files[name] = newFile(name, content, encoder)
	}
	err = fs.WalkDir(embedded, "files", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(p)
		if path.Ext(p) == ".css" {
			content = withoutComments(content)
		}
		add(strings.TrimPrefix(p, "files/"), content)
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	add("agenda.css", agendaCSS())
	all.fingerprint = hex.EncodeToString(sum.Sum(nil)[:6])
	return all
})

// What the people who write a stylesheet need and browsers don't: comments, which our
// strings have none of, and indentation.
var (
	cssComment     = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssIndentation = regexp.MustCompile(`(?m)^\s+`)
)

func withoutComments(css []byte) []byte {
	return cssIndentation.ReplaceAll(cssComment.ReplaceAll(css, nil), nil)
}

func newFile(name string, content []byte, encoder *zstd.Encoder) *file {
	f := &file{mediaType: mediaType(name), plain: content, length: strconv.Itoa(len(content))}
	if small := gzipped(content); len(small) < len(content)*9/10 {
		f.gzip, f.gzipLen = small, strconv.Itoa(len(small))
	}
	if small := encoder.EncodeAll(content, nil); len(small) < len(content)*9/10 {
		f.zstd, f.zstdLen = small, strconv.Itoa(len(small))
	}
	return f
}

// mediaType does not ask the machine, whose table may lack one of ours.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func gzipped(content []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one
	}
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func serve(w http.ResponseWriter, r *http.Request) {
	all := load()
	fingerprint, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	f, ok := all.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.mediaType)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	if fingerprint != all.fingerprint {
		// A page of another version: it gets what there is, and asks again.
		header.Set("Cache-Control", "no-cache")
	}
	body, length := f.plain, f.length
	switch accepted := r.Header.Get("Accept-Encoding"); {
	case f.zstd != nil && accepts(accepted, "zstd"):
		body, length = f.zstd, f.zstdLen
		header.Set("Content-Encoding", "zstd")
	case f.gzip != nil && accepts(accepted, "gzip"):
		body, length = f.gzip, f.gzipLen
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Length", length)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has left
	}
}

// accepts reports whether an Accept-Encoding header names the coding and does
// not refuse it (RFC 9110, section 12.5.3).
func accepts(header, coding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		quality, found := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(quality, 64)
		return err == nil && q > 0
	}
	return false
}
