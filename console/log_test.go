package console_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// The log shows each event as a sentence with names, newest first (EVT-4, EVT-8).
func TestLogIsSentences(t *testing.T) {
	s := newSite(t, console.Options{})
	_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, `<b>Acme</b>`)
	require.NoError(t, err)
	_, err = s.Staff.SuspendOrganization(t.Context(), s.acme.Organization, "ticket-7")
	require.NoError(t, err)
	page := s.as(s.acme.Administrator).get(s.in("log"))
	rows := page.named("tr")
	require.Contains(t, textIn(rows[1]), "The platform's staff suspended <b>Acme</b>")
	require.Contains(t, textIn(rows[2]), "owner renamed <b>Acme</b>")
	page.wellMade()
	require.NotContains(t, page.Body, "staff-1")
}

// Each type of event is of one kind, so that nothing is missing when somebody looks for a
// kind (EVT-7), and of each there is a sentence that is filled in.
func TestEveryTypeOfEventIsOfOneKind(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	var all int
	for _, kind := range optionsOf(owner.get(s.in("log")), "kind") {
		if kind == "" {
			continue
		}
		all += len(lines(owner.get(s.in("log") + "?kind=" + kind)))
	}
	require.Equal(t, len(lines(owner.get(s.in("log")))), all)
	seen := map[string]int{}
	for _, k := range console.EventKinds() {
		for _, name := range k {
			seen[name]++
		}
	}
	for _, data := range tenancy.EventTypes() {
		require.Equal(t, 1, seen[tenancy.EventType(data)], tenancy.EventType(data))
	}
	require.Len(t, tenancy.EventTypes(), len(seen))
}

// optionsOf are the values of a choice.
func optionsOf(p seen, name string) (values []string) {
	for _, n := range p.named("select") {
		if attribute(n, "name") != name {
			continue
		}
		for o := range n.Descendants() {
			if o.Data == "option" {
				values = append(values, attribute(o, "value"))
			}
		}
	}
	return values
}

// lines are the rows of a list, without its head.
func lines(p seen) (texts []string) {
	for _, row := range p.named("tr") {
		if row.Parent.Data == "tbody" {
			texts = append(texts, textIn(row))
		}
	}
	return texts
}

// The filters select by who acted, by day and by what an event names (EVT-7). What is none is
// said beside its field.
func TestLogIsFiltered(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, log := s.as(s.acme.Owner), s.in("log")
	_, err := s.As(s.acme.Administrator).RenameOrganization(t.Context(), s.acme.Organization, "Later")
	require.NoError(t, err)
	rows := lines(owner.get(log + "?by=" + s.acme.Administrator.String() + "&kind=organization"))
	require.Len(t, rows, 1)
	require.Contains(t, rows[0], "administrator renamed Later")
	require.NotEmpty(t, lines(owner.get(log+"?about="+s.acme.Account.String())))
	require.Empty(t, lines(owner.get(log+"?about="+madeUp)))
	day := s.Clock.Now().Format("2006-01-02")
	all := len(lines(owner.get(log)))
	require.Len(t, lines(owner.get(log+"?since="+day+"&until="+day)), all)
	require.Empty(t, lines(owner.get(log+"?until=2020-01-01")))
	for field, value := range map[string]string{"by": "nobody", "about": "x", "since": "yesterday", "until": "1"} {
		page := owner.get(log + "?" + url.Values{field: {value}}.Encode())
		page.wellMade()
		require.Empty(t, lines(page))
		for _, n := range page.named("input") {
			require.Equal(t, attribute(n, "name") == field, attribute(n, "aria-invalid") == "true", field)
		}
	}
}

// The filter of an organization's log takes the name or the address of a user too. Whoever
// left is found by their ID alone, and so is everybody by who may not see the users.
func TestLogIsFilteredByName(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, log := s.as(s.acme.Owner), s.in("log")
	_, err := s.As(s.acme.Administrator).RenameOrganization(t.Context(), s.acme.Organization, "Later")
	require.NoError(t, err)
	s.Join(s.acme.Owner, s.acme.Organization, "Administrator Two", "two@elsewhere.example", tenancy.StandardUser)
	for _, text := range []string{" Administrator@ACME", "administrator"} {
		rows := lines(owner.get(log + "?" + url.Values{"by": {text}, "kind": {"organization"}}.Encode()))
		require.Len(t, rows, 1, text)
		require.Contains(t, rows[0], "administrator renamed Later")
	}
	require.Equal(t, lines(owner.get(log+"?about="+s.acme.Member.String())), lines(owner.get(log+"?about=member@")))
	owner.get(log + "?by=admin").says("Several people are found by this.")
	owner.get(log + "?about=nobody").says("Nobody in the organization has this name or address.")
	owner.get(prefix + "/log?about=owner").says(tenancy.CodeID.Sentence())
}

// What is of a part that the host hides is no kind that a customer is offered. Their staff
// looks for it still.
func TestLogOffersNoHiddenKinds(t *testing.T) {
	s := newSite(t, console.Options{Hide: []console.Part{console.PartServiceAccounts, console.PartHIPAA}})
	kinds := optionsOf(s.as(s.acme.Owner).get(s.in("log")), "kind")
	require.Contains(t, kinds, "domains")
	require.NotContains(t, kinds, "hipaa")
	require.NotContains(t, kinds, "service-accounts")
	var err error
	s.pages, err = console.NewStaffHandler(s.Dir, &console.StaffOptions{
		Prefix: prefix, Operator: func(*http.Request) (tenancy.OperatorID, error) { return operator, nil },
		Customer: console.Options{Hide: []console.Part{console.PartHIPAA}},
	})
	require.NoError(t, err)
	require.Contains(t, optionsOf(s.as(tenancy.UserID{}).get(at("organizations", s.acme.Organization, "log")), "kind"), "hipaa")
}

// Durations are said in days, not in what a program counts in.
func TestLogSaysDurationsInDays(t *testing.T) {
	s, month := newSite(t, console.Options{}), 30*24*time.Hour
	_, err := s.As(s.acme.Owner).InviteToAccount(t.Context(), s.acme.Account,
		tenancy.NewAccountInvitation{Email: "for@elsewhere.example", Roles: tenancy.Roles(tenancy.Support), For: &month})
	require.NoError(t, err)
	head, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: s.acme.Organization})
	require.NoError(t, err)
	page := s.as(s.acme.Owner).get(s.in("log", fmt.Sprint(head.Sequence)))
	page.says("\u206830\u2069 days")
}

// An event has a page with all that it holds; a number that is none is not found.
func TestEventIsShown(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	head, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: s.acme.Organization})
	require.NoError(t, err)
	page := owner.get(s.in("log", fmt.Sprint(head.Sequence)))
	page.says(head.Hash.String())
	page.says(s.acme.Guest.String())
	page.wellMade()
	for _, number := range []string{"0", "-1", "x", fmt.Sprint(head.Sequence + 1)} {
		owner.send(http.MethodGet, s.in("log", number), "").refuses(tenancy.CodeNotFound)
	}
}

// An export is what ExportLog writes: without names, and such that VerifyExport finds it
// sound (EVT-6).
func TestLogIsExported(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	head, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: s.acme.Organization})
	require.NoError(t, err)
	for format, name := range map[tenancy.LogFormat]string{tenancy.LogCSV: ".csv", tenancy.LogNDJSON: ".ndjson"} {
		file := owner.get(s.in("log", "export") + "?format=" + string(format))
		require.Equal(t, `attachment; filename="log-`+s.acme.Organization.String()+name+`"`, file.Header.Get("Content-Disposition"))
		require.NotContains(t, file.Body, "owner Inc")
		for tampering, err := range tenancy.VerifyExport(strings.NewReader(file.Body), format, head) {
			require.NoError(t, err)
			require.Fail(t, "tampered", "%v", tampering)
		}
	}
	file := owner.get(s.in("log", "export") + "?format=csv&kind=domains&since=2020-01-01&about=administrator")
	require.Equal(t, `attachment; filename="log-`+s.acme.Organization.String()+"-domains-from-2020-01-01-about-"+
		s.acme.Administrator.String()+`.csv"`, file.Header.Get("Content-Disposition"))
	file = owner.get(s.in("log", "export") + "?format=csv&kind=domains")
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3, "a row of names, a domain added and verified")
	require.Empty(t, owner.get(s.in("log", "export")+"?format=ndjson&until=2020-01-01").Body)
	owner.send(http.MethodGet, s.in("log", "export")+"?format=xml", "").refuses(tenancy.CodeInput)
	owner.send(http.MethodGet, s.in("log", "export")+"?format=csv&by=x", "").refuses(tenancy.CodeInput)
}

// A log is verified step by step up to the head that it had when that began, and what was
// kept elsewhere is compared (EVT-6).
func TestLogIsVerified(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("log", "verification")
	first, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: s.acme.Organization})
	require.NoError(t, err)
	for i := range 2500 {
		_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, fmt.Sprintf("Acme %d", i))
		require.NoError(t, err)
	}
	kept := map[string]string{"kept": fmt.Sprint(first.Sequence), "kept_hash": first.Hash.String()}
	page := owner.submit(owner.get(path), path, kept)
	page.says("Events up to \u20682000\u2069 of")
	page.wellMade()
	_, err = s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, "meanwhile")
	require.NoError(t, err)
	page = owner.submit(page, path, nil)
	page.says(fmt.Sprintf("Verified up to event \u2068%d\u2069.", first.Sequence+2500))
	page.says("compared with the hash that you kept")

	kept["kept_hash"] = strings.Repeat("ab", 32)
	page = owner.submit(owner.get(path), path, kept)
	page.says("Something does not fit.")
	page = owner.submit(page, path, nil)
	page.says("Something did not fit, as an earlier step showed.")
	require.NotContains(t, page.text(), "Verified up to")

	for name, value := range map[string]string{"kept": "-1", "kept_hash": "xyz"} {
		wrong := owner.post(owner.get(path), path, map[string]string{"kept": "1", name: value})
		require.Equal(t, http.StatusBadRequest, wrong.Status)
		require.Equal(t, "true", attribute(wrong.fieldOf(path, map[bool]string{true: "kept", false: "kept_hash"}[name == "kept"]), "aria-invalid"))
	}
}

// A head that the log does not reach any more shows that its end was cut off (EVT-6).
func TestCutOffLogIsFound(t *testing.T) {
	s := newSite(t, console.Options{})
	owner, path := s.as(s.acme.Owner), s.in("log", "verification")
	owner.submit(owner.get(path), path, map[string]string{"kept": "999", "kept_hash": strings.Repeat("ab", 32)}).
		says("the end was cut off or written anew")
}

// Who may not read the log gets none of its pages, and another customer's is answered as one
// that is made up (GEN-5). Everybody reads their own.
func TestLogIsForWhoMayReadIt(t *testing.T) {
	s := newSite(t, console.Options{})
	other := s.Company("other")
	for _, path := range []string{"log", "log/1", "log/export?format=csv", "log/verification"} {
		s.as(s.acme.Member).send(http.MethodGet, s.in(path), "").refuses(tenancy.CodeNotAllowed)
		theirs := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/organizations/"+other.Organization.String()+"/"+path, "")
		none := s.as(s.acme.Owner).send(http.MethodGet, prefix+"/organizations/"+madeUp+"/"+path, "")
		require.Equal(t, http.StatusNotFound, theirs.Status)
		require.Equal(t, none.Body, theirs.Body)
	}
	require.NotEmpty(t, lines(s.as(s.acme.Guest).get(prefix+"/log")))
	require.Contains(t, s.as(s.acme.Guest).get(prefix+"/").links(), prefix+"/log")
	require.NotContains(t, s.as(s.acme.Member).get(s.in()).links(), s.in("log"))
}

// A name in the log leads to its page, and if it has none any more, to what the log says of
// it. An ID of another customer's is found as little as one that is made up.
func TestNamesLeadToTheirPages(t *testing.T) {
	s := newSite(t, console.Options{})
	owner := s.as(s.acme.Owner)
	find := func(id string) string {
		p := owner.send(http.MethodGet, s.in("find", id), "")
		require.Equal(t, http.StatusSeeOther, p.Status)
		return p.Header.Get("Location")
	}
	require.Contains(t, owner.get(s.in("log")).links(), s.in("find", s.acme.Member.String()))
	require.Equal(t, s.in("users", s.acme.Member.String()), find(s.acme.Member.String()))
	require.NoError(t, s.As(s.acme.Owner).RemoveUser(t.Context(), s.acme.Organization, s.acme.Member, tenancy.Removal{}))
	require.Equal(t, s.in("log")+"?about="+s.acme.Member.String(), find(s.acme.Member.String()))
	connection, err := s.As(s.acme.Owner).AddConnection(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	require.Equal(t, s.in("sso", "connections"), find(connection.ID.String()))
	directory, err := s.As(s.acme.Owner).AddDirectory(t.Context(), s.acme.Organization, "Okta")
	require.NoError(t, err)
	require.Equal(t, s.in("directories", directory.ID.String()), find(directory.ID.String()))
	require.Equal(t, s.in("domains", s.acme.Domain.String()), find(s.acme.Domain.String()))
	other := s.Company("other")
	for _, id := range []string{other.Owner.String(), other.Account.String(), other.Domain.String()} {
		require.Equal(t, s.in("log")+"?about="+id, find(id))
	}
	require.Equal(t, http.StatusNotFound, s.as(s.acme.Member).send(http.MethodGet, s.in("find", other.Owner.String()), "").Status)
	require.NoError(t, s.As(s.acme.Member).DeleteUser(t.Context(), s.acme.Member, tenancy.UserDeletion{}))
	log := owner.get(s.in("log"))
	require.Contains(t, log.text(), "owner removed a user whose name is not shown from", "erased")
	require.Contains(t, log.links(), s.in("find", s.acme.Member.String()), "and found by their ID")
}

// A step of a verification ends after so many bytes too, and the next one goes on.
func TestStepOfVerificationIsBounded(t *testing.T) {
	s := newSite(t, console.Options{})
	for i := range 100 {
		_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, fmt.Sprintf("Acme %d", i))
		require.NoError(t, err)
	}
	head, err := s.As(s.acme.Owner).LogHead(t.Context(), tenancy.Stream{Organization: s.acme.Organization})
	require.NoError(t, err)
	console.VerifyAtMost(t, 20_000)
	owner, path := s.as(s.acme.Owner), s.in("log", "verification")
	page, steps := owner.submit(owner.get(path), path, nil), 1
	for len(page.actions()) > 0 && steps < 100 && !strings.Contains(page.text(), "Verified up to") {
		page.says("Events up to")
		page, steps = owner.submit(page, path, nil), steps+1
	}
	page.says(fmt.Sprintf("Verified up to event \u2068%d\u2069.", head.Sequence))
	require.NotContains(t, page.text(), "does not fit")
	require.Greater(t, steps, 3)
}

// downAt is a store of which a View fails: that before which so many are left.
type downAt struct {
	tenancy.Store
	left int
}

func (d *downAt) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	if d.left > 0 {
		if d.left--; d.left == 0 {
			return errors.New("the store is down")
		}
	}
	return d.Store.View(ctx, fn)
}

// A file that is cut off is a failure, of which the host is told. That the reader has given up
// is none.
func TestFailuresAreLogged(t *testing.T) {
	s := newSite(t, console.Options{})
	var log bytes.Buffer
	s.mount(console.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for i := range 200 {
		_, err := s.As(s.acme.Owner).RenameOrganization(t.Context(), s.acme.Organization, fmt.Sprintf("Name %d", i))
		require.NoError(t, err)
	}
	down := &downAt{Store: s.store.Store}
	s.store.Store = down
	owner, cut := s.as(s.acme.Owner), 0
	for n := 1; down.left == 0; n++ {
		log.Reset()
		down.left = n
		func() {
			defer func() {
				if recover() == http.ErrAbortHandler {
					cut++
				}
			}()
			owner.send(http.MethodGet, s.in("log", "export")+"?format=csv", "")
		}()
		if down.left == 0 {
			require.Equal(t, 1, strings.Count(log.String(), "level=ERROR"), log.String())
		}
	}
	require.Positive(t, cut)

	s.store.Store = down.Store
	log.Reset()
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	r := httptest.NewRequest(http.MethodGet, s.in("users"), http.NoBody).WithContext(ctx)
	r.Header.Set("Actor", s.acme.Owner.String())
	s.pages.ServeHTTP(httptest.NewRecorder(), r)
	require.Empty(t, log.String())
}
