package console

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/add4b1c6/tenancy"
)

// keyRoutes serves the pages of the keys of service accounts.
func (c *console) keyRoutes() {
	const needs = tenancy.ManageIdentity
	c.postIn("/service-accounts/{user}/keys", needs, serviceAccount, createKey,
		fields{tenancy.CodeName: "name", tenancy.CodeInput: "life"})
	c.takeIn("/service-accounts/{user}/keys/{key}/revocation", needs, revocationOfKey)
	c.takeBy("/service-accounts/{user}/keys/{key}/revocation", needs, revocationOfKey, revokeKey, nil)
	c.says("already-key-created", "The key was created already. Its secret was shown once, and cannot be shown again. If you did not see it, revoke the key and create another.")
	c.says("key-revoked", "The key was revoked, and is refused from now on.")
}

// keyLives are how long a new key can last, in days; 0: without an end.
func (v *visit) keyLives() []option {
	return []option{
		{Value: "90", Label: v.t("In 90 days")}, {Value: "30", Label: v.t("In 30 days")},
		{Value: "365", Label: v.t("In a year")}, {Value: "1", Label: v.t("Tomorrow")}, {Value: "0", Label: v.t("Never")},
	}
}

// keyEnd reads when a new key ends. Only what the form offers is taken.
func (v *visit) keyEnd() (time.Time, error) {
	for _, life := range v.keyLives() {
		days, err := strconv.Atoi(life.Value)
		if err != nil || life.Value != v.value("life") {
			continue
		}
		if days == 0 {
			return time.Time{}, nil
		}
		return time.Now().AddDate(0, 0, days), nil
	}
	return time.Time{}, tenancy.CodeInput
}

// newKeyPage is what the page after the making of a key shows, once.
type newKeyPage struct {
	tenancy.CreatedKey
	Secret string
}

// createKey makes a key and shows its secret. If the form is sent again nobody shows it.
func createKey(v *visit) (string, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return "", err
	}
	end, err := v.keyEnd()
	if err != nil {
		return "", err
	}
	var made tenancy.CreatedKey
	err = v.together(func(ctx context.Context, s *tenancy.Session) error {
		if _, _, err = v.serviceAccountOf(ctx, s); err != nil {
			return err
		}
		made, err = s.CreateKey(ctx, id, tenancy.NewKey{Name: v.value("name"), Expires: end})
		return err
	})
	if err != nil {
		return done(v.at("service-accounts", id), "already-key-created"), err
	}
	return "", v.render(http.StatusOK, v.serviceAccountPage("newkey", v.t("New key"), newKeyPage{made, made.Secret.Reveal()}))
}

// keyPage is what the page shows on which a key is revoked.
type keyPage struct {
	tenancy.ServiceAccountKey
	From string // where the page of the list begins on which the key is
}

// revocationOfKey shows a key, before it is revoked.
func revocationOfKey(v *visit) (*page, error) {
	key, err := v.key(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	return v.serviceAccountPage("keyrevocation", v.t("Revoke key"), keyPage{key, v.listedFrom()}), nil
}

// key reads the key that the path names, which is one of the service account that it names.
func (v *visit) key(ctx context.Context, s *tenancy.Session) (tenancy.ServiceAccountKey, error) {
	id, err := pathID[tenancy.KeyID](v, "key")
	if err != nil {
		return tenancy.ServiceAccountKey{}, err
	}
	user, _, err := v.serviceAccountOf(ctx, s)
	if err != nil {
		return tenancy.ServiceAccountKey{}, err
	}
	found, err := seek(v, func(after tenancy.Cursor) iter.Seq2[tenancy.ListedKey, error] {
		return s.Keys(ctx, user.ID, tenancy.KeyQuery{After: after})
	}, func(k tenancy.ListedKey) bool { return k.ID == id })
	return found.ServiceAccountKey, err
}

func revokeKey(v *visit) (string, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return "", err
	}
	return done(v.at("service-accounts", id), "key-revoked"),
		v.together(func(ctx context.Context, s *tenancy.Session) error {
			key, err := v.key(ctx, s)
			if err != nil {
				return err
			}
			return s.RevokeKey(ctx, key.ID)
		})
}
