package scim

import (
	"net/http"
	"net/url"

	"github.com/add4b1c6/tenancy"
)

const (
	maxTokenBody = 16 << 10
	tokenSeconds = 60 * 60 // that a token lives (PRV-11)
)

// token answers POST /token: client credentials of OAuth 2.0 (RFC 6749, section 4.4). The
// client ID is the directory's ID, and the client secret its secret. Both come in the
// header or in the form.
func (c *call) token() answer {
	if c.r.Method != http.MethodPost {
		c.w.Header().Set("Allow", http.MethodPost)
		return c.refuseToken(refusal{status: http.StatusMethodNotAllowed}, "invalid_request")
	}
	text, err := c.read(maxTokenBody)
	if err != nil {
		return c.refuseToken(refusalOf(err), "invalid_request")
	}
	form, err := url.ParseQuery(string(text))
	if err != nil || repeated(form) {
		return c.refuseToken(refusal{status: http.StatusBadRequest}, "invalid_request")
	}
	id, secret, given := credentials(c.r, form)
	if !given {
		return c.unknownClient()
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		return c.issue(id, secret)
	case "":
		return c.refuseToken(refusal{status: http.StatusBadRequest}, "invalid_request")
	}
	return c.refuseToken(refusal{status: http.StatusBadRequest}, "unsupported_grant_type")
}

// repeated reports whether a form names a parameter twice.
func repeated(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// credentials returns what a client says who it is by. given is false if it says nothing,
// or two different things.
func credentials(r *http.Request, form url.Values) (id, secret string, given bool) {
	id, secret = form.Get("client_id"), form.Get("client_secret")
	basicID, basicSecret, basic := r.BasicAuth()
	if !basic {
		return id, secret, id != "" && secret != "" && r.Header.Get("Authorization") == ""
	}
	// Both are encoded as in a form (RFC 6749, section 2.3.1). Encoding changes neither an ID
	// nor a secret, so a client that does not encode is understood too.
	basicID, idErr := url.QueryUnescape(basicID)
	basicSecret, secretErr := url.QueryUnescape(basicSecret)
	sound := idErr == nil && secretErr == nil && (id == "" || id == basicID) && (secret == "" || secret == basicSecret)
	return basicID, basicSecret, sound
}

// issue answers with a token.
func (c *call) issue(id, secret string) answer {
	c.provisioner = c.h.dir.AsDirectory(tenancy.ParseSecret(secret))
	if c.provisioner.Directory().String() != id {
		return c.unknownClient()
	}
	token, err := c.provisioner.Token(c.ctx)
	switch {
	case tenancy.CodeOf(err) == tenancy.CodeActor:
		return c.unknownClient()
	case err != nil:
		return c.refuseToken(refusalOf(err), "temporarily_unavailable")
	}
	return oauth(http.StatusOK, node{"access_token": token.Token.Reveal(), "token_type": "Bearer", "expires_in": tokenSeconds})
}

func (c *call) unknownClient() answer {
	return c.refuseToken(refusal{status: http.StatusUnauthorized, code: tenancy.CodeActor}, "invalid_client")
}

// refuseToken answers with an error of OAuth 2.0 (RFC 6749, section 5.2), and logs it.
func (c *call) refuseToken(r refusal, code string) answer {
	c.log(r, "token")
	a := oauth(r.status, node{"error": code})
	switch r.status {
	case http.StatusUnauthorized:
		a.header.Set("WWW-Authenticate", `Basic realm="scim"`)
	case http.StatusServiceUnavailable:
		a.header.Set("Retry-After", "1")
	}
	return a
}

func oauth(status int, body node) answer {
	return answer{status: status, body: body, header: http.Header{"Content-Type": {"application/json"}}}
}
