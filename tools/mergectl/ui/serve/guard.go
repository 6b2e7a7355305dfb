package serve

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
)

// cookie is the name of the cookie that a browser gets for the token.
const cookie = "mergectl"

// maxBody is how long the body of a request may be, in bytes.
const maxBody = 1 << 20

// secrets are made when the server starts, and nobody else knows them.
type secrets struct {
	// path is where all pages are, with slashes around. Browsers send a cookie to all
	// ports of a host, where other users may listen; but only to paths below its own.
	path string
	// token is what a browser shows once, session what its cookie has afterwards, and
	// form what forms have that change something.
	token, session, form string
}

func newSecrets() secrets {
	return secrets{path: "/" + rand.Text() + "/", token: rand.Text(), session: rand.Text(), form: rand.Text()}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// policy lets pages use nothing but what this server has.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard lets only requests of the user's browser to a handler.
func (s *Server) guard(next http.Handler) http.Handler {
	// Refuses changes that pages of other origins ask for.
	sameOrigin := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !s.knownHost(r.Host) {
			refuse(w, http.StatusMisdirectedRequest, "This is not the server of that name", "Open it by the address that the terminal shows.")
			return
		}
		if token := r.URL.Query().Get("token"); r.Method == http.MethodGet && r.URL.Path == s.secrets.path && token != "" {
			s.login(w, token)
			return
		}
		if c, err := r.Cookie(cookie); err != nil || !same(c.Value, s.secrets.session) {
			refuse(w, http.StatusForbidden, "This browser is not known", "Open the address that the terminal shows, which has a token.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		sameOrigin.ServeHTTP(w, r)
	})
}

// login gives a browser the cookie for a token.
func (s *Server) login(w http.ResponseWriter, token string) {
	if !same(token, s.secrets.token) {
		refuse(w, http.StatusForbidden, "This token is not valid", "Open the address that the terminal shows. A token is valid until its server ends.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: s.secrets.session, Path: s.secrets.path, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	// Not a redirect: the browser may have come from another site, such as a file, and
	// would then not send the cookie along.
	html, err := pages.Login(s.secrets.path + pages.LinksPage)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(html)
}

// knownHost reports whether a request's host is this server. Names that lead to it by
// somebody else's DNS are not: a page under such a name would count as this server's own.
func (s *Server) knownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return strings.EqualFold(name, "localhost") || s.Host != "" && strings.EqualFold(name, s.Host)
}
