package console

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/add4b1c6/tenancy"
)

// directoryRoutes serves the pages of an organization's directories: the identity providers
// that keep its people here.
func (c *console) directoryRoutes() {
	if !c.shows(PartDirectories) {
		return
	}
	const needs = tenancy.ManageIdentity
	c.takeIn("/directories", needs, directories)
	c.postIn("/directories", needs, directories, addDirectory, fields{tenancy.CodeName: "name"})
	c.takeIn("/directories/{directory}", needs, directory)
	c.takeBy("/directories/{directory}/secret", needs, directory, rotateDirectory,
		fields{tenancy.CodeInput: "previous"})
	c.takeIn("/directories/{directory}/removal", needs, removalOfDirectory)
	c.takeBy("/directories/{directory}/removal", needs, removalOfDirectory, removeDirectory, nil)
	c.says("already-directory-added", "The directory was added already. Its secret was shown once, and cannot be shown again. If you did not see it, renew it.")
	c.says("already-directory-rotated", "The secret was renewed already. The new one was shown once, and cannot be shown again. If you did not see it, renew it again.")
	c.says("directory-removed", "The directory was removed. Everybody whom it had added stays a member.")
	c.says("directory-removed-held",
		"The directory was removed. Everybody whom it had added stays a member, and those whom it had deactivated stay deactivated.")
}

// directoriesPage is what the list of directories shows.
type directoriesPage struct {
	Directories list[tenancy.ListedDirectory]
	After       tenancy.Cursor // where this page of them begins
}

func directories(v *visit) (*page, error) {
	data := directoriesPage{After: v.after()}
	var err error
	data.Directories, err = collect(v, v.s.Directories(v.ctx(), v.org.ID, tenancy.DirectoryQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	return v.directoryPage("directories", v.t("Directories"), data), nil
}

// directoryPage is a page of directories.
func (v *visit) directoryPage(template, title string, data any) *page {
	return &page{template: template, title: title, at: "directories", data: data}
}

// directorySecretPage is what the page after the making of a secret shows, once.
type directorySecretPage struct {
	tenancy.ProvisioningDirectory
	Secret   string
	SCIM     string // where the identity provider is to ask; "": the host has not said it
	Previous bool   // the secret before holds for a while
}

// showSecret shows the secret of a directory that was just made.
func (v *visit) showSecret(made tenancy.DirectoryWithSecret, title string) error {
	return v.render(http.StatusOK, v.directoryPage("directorysecret", title, directorySecretPage{
		made.ProvisioningDirectory, made.Secret.Reveal(), v.o.SCIM, !made.PreviousEnds.IsZero(),
	}))
}

func addDirectory(v *visit) (string, error) {
	made, err := v.once().AddDirectory(v.ctx(), v.org.ID, v.value("name"))
	if err != nil {
		return done(v.at("directories"), "already-directory-added"), err
	}
	return "", v.showSecret(made, v.t("Copy the directory's secret"))
}

// directoryData is what the page of a directory shows.
type directoryData struct {
	tenancy.ProvisioningDirectory
	SCIM     string
	From     string // where the page of the list begins on which the directory is
	People   list[tenancy.ProvisionedUser]
	Previous []option // how long the secret before can hold
}

// directory shows a directory, and the people whom it keeps.
func directory(v *visit) (*page, error) {
	d, err := v.directoryOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	data := directoryData{
		ProvisioningDirectory: d, SCIM: v.o.SCIM, From: v.listedFrom(), Previous: v.previousLives(),
	}
	data.People, err = collect(v, v.s.ProvisionedUsers(v.ctx(), d.ID, tenancy.ProvisionedQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	return v.directoryPage("directory", v.t("Directory"), data), nil
}

// directoryOf reads the directory that the path names, which is the organization's.
func (v *visit) directoryOf(ctx context.Context, s *tenancy.Session) (tenancy.ProvisioningDirectory, error) {
	id, err := pathID[tenancy.DirectoryID](v, "directory")
	if err != nil {
		return tenancy.ProvisioningDirectory{}, err
	}
	found, err := seek(v, func(after tenancy.Cursor) iter.Seq2[tenancy.ListedDirectory, error] {
		return s.Directories(ctx, v.org.ID, tenancy.DirectoryQuery{After: after})
	}, func(d tenancy.ListedDirectory) bool { return d.ID == id })
	return found.ProvisioningDirectory, err
}

// previousLives are how long the secret before can hold after a new one was made, in hours.
func (v *visit) previousLives() []option {
	return []option{
		{Value: "24", Label: v.t("For a day")}, {Value: "1", Label: v.t("For an hour")},
		{Value: "168", Label: v.t("For a week")}, {Value: "720", Label: v.t("For 30 days")},
		{Value: "0", Label: v.t("It ends at once")},
	}
}

// rotateDirectory makes another secret and shows it.
func rotateDirectory(v *visit) (string, error) {
	id, err := pathID[tenancy.DirectoryID](v, "directory")
	if err != nil {
		return "", err
	}
	hours, err := strconv.Atoi(v.value("previous"))
	if err != nil || hours < 0 || hours > 720 {
		return "", tenancy.CodeInput
	}
	var made tenancy.DirectoryWithSecret
	err = v.together(func(ctx context.Context, s *tenancy.Session) error {
		_, err := v.directoryOf(ctx, s)
		if err == nil {
			made, err = s.RotateDirectorySecret(ctx, id,
				tenancy.DirectoryRotation{PreviousFor: new(time.Duration(hours) * time.Hour)})
		}
		return err
	})
	if err != nil {
		return done(v.at("directories", id), "already-directory-rotated"), err
	}
	return "", v.showSecret(made, v.t("Copy the new secret"))
}

func removalOfDirectory(v *visit) (*page, error) {
	d, err := v.directoryOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	data := directoryData{ProvisioningDirectory: d, From: v.listedFrom()}
	return v.directoryPage("directoryremoval", v.t("Remove directory"), data), nil
}

// removeDirectory removes a directory, in several transactions. The form's ID says only that
// the directory was found to be the organization's: sent again after a failure, the form goes
// on with what is left, though the directory is in no list any more.
func removeDirectory(v *visit) (string, error) {
	id, err := pathID[tenancy.DirectoryID](v, "directory")
	if err != nil {
		return "", err
	}
	// The look has an ID of its own, made of all that it is about: no other form's counts.
	form, _ := v.operation()
	look := tenancy.OperationIDOf("remove a directory", form.String(), v.org.ID.String(), id.String())
	err = v.s.Once(look).Atomically(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		_, err := v.directoryOf(ctx, s)
		return err
	})
	if _, before := tenancy.OutcomeOf(err); err != nil && !before {
		return "", err
	}
	removed, err := v.s.RemoveDirectory(v.ctx(), id, tenancy.DirectoryRemoval{LiftHolds: v.value("lift") == "yes"})
	if removed.Held > 0 {
		return done(v.at("directories"), "directory-removed-held"), err
	}
	return done(v.at("directories"), "directory-removed"), err
}
