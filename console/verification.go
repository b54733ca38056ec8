package console

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// verifyStep is how many events one step of a verification reads.
const verifyStep = 2000

// verifyBytes is after how many bytes of events a step ends: an event can be of a thousand
// people. It is another in a test.
var verifyBytes = 8 << 20

// verificationPage is what a verification of a log shows.
type verificationPage struct {
	logOf
	Head  tenancy.LogHead     // up to which the log is verified
	From  uint64              // the first number of this step; zero: nothing was verified yet
	To    uint64              // the last one
	Last  string              // the hash of that event
	Kept  tenancy.LogHead     // that the reader had kept; zero: none
	Found []tenancy.Tampering // in this step
	Bad   bool                // something was found, in this step or before
}

// Done reports whether the log was verified to its end.
func (p verificationPage) Done() bool { return p.From > 0 && p.To >= p.Head.Sequence }

// Alarming reports whether this step found what shows tampering.
func (p verificationPage) Alarming() bool {
	return slices.ContainsFunc(p.Found, func(t tenancy.Tampering) bool { return t.Reason != tenancy.UncheckedType })
}

// verification says what verifying does, and begins it.
func verification(where logWhere) screen {
	return func(v *visit) (*page, error) {
		l, err := where(v)
		if err != nil {
			return nil, err
		}
		data := verificationPage{logOf: l}
		if data.Head, err = v.s.LogHead(v.ctx(), l.stream); err != nil {
			return nil, err
		}
		return v.verificationPage(data), nil
	}
}

func (v *visit) verificationPage(data verificationPage) *page {
	return &page{template: "verification", title: v.t("Verify the log"), at: data.at, data: data}
}

// verifyLog verifies a step of a log, and shows how far it is. The form carries where it
// goes on.
func verifyLog(where logWhere) action {
	return func(v *visit) (string, error) {
		l, err := where(v)
		if err != nil {
			return "", err
		}
		data := verificationPage{logOf: l, Bad: v.value("bad") != ""}
		if data.Kept, err = v.headIn(l, "kept"); err != nil {
			return "", err
		}
		if data.Head, err = v.headIn(l, "head"); err != nil {
			return "", err
		}
		last, err := v.headIn(l, "last")
		if err != nil {
			return "", err
		}
		if data.Head.Sequence == 0 {
			if data.Head, err = v.s.LogHead(v.ctx(), l.stream); err != nil {
				return "", err
			}
		}
		if err := v.verifyStep(&data, last); err != nil {
			return "", err
		}
		data.Bad = data.Bad || data.Alarming()
		return "", v.render(http.StatusOK, v.verificationPage(data))
	}
}

// headIn reads a number and a hash from the form. Both may be empty.
func (v *visit) headIn(l logOf, name string) (head tenancy.LogHead, err error) {
	number, hash := v.value(name), v.value(name+"_hash")
	if number == "" && hash == "" {
		return head, nil
	}
	head.Stream = l.stream
	if head.Sequence, err = strconv.ParseUint(number, 10, 64); err != nil || head.Sequence == 0 {
		return head, &refusal{status: http.StatusBadRequest, sentence: "This is not the number of an event.", field: name}
	}
	if head.Hash.UnmarshalText([]byte(hash)) != nil {
		return head, &refusal{status: http.StatusBadRequest, sentence: "This is not a hash: 64 digits and letters from a to f.", field: name + "_hash"}
	}
	return head, nil
}

// verifyStep reads the next events behind last as a file, and verifies that (EVT-6). If one
// of them cannot be read, the library verifies the whole log as it is stored.
func (v *visit) verifyStep(data *verificationPage, last tenancy.LogHead) error {
	data.From, data.To = last.Sequence+1, min(last.Sequence+verifyStep, data.Head.Sequence)
	if data.To < data.From {
		data.From, data.To = 0, data.Head.Sequence
		return nil
	}
	var file bytes.Buffer
	events := v.s.Events(v.ctx(), data.stream, tenancy.EventQuery{From: data.From})
	err := tenancy.ExportLog(&file, tenancy.LogNDJSON, func(yield func(tenancy.LoggedEvent, error) bool) {
		for e, err := range events {
			if err == nil {
				data.Last = e.Hash.String()
			}
			if !yield(e, err) || err == nil && e.Sequence >= data.To {
				return
			}
			if file.Len() > verifyBytes && err == nil {
				data.To = e.Sequence
				return
			}
		}
	})
	heads := anchors(*data, last)
	found := tenancy.VerifyExport(&file, tenancy.LogNDJSON, heads...)
	if err != nil && tenancy.CodeOf(err) == "" {
		data.To = data.Head.Sequence
		found, err = v.s.VerifyLog(v.ctx(), data.stream, heads...), nil
	}
	if err != nil {
		return err
	}
	for tampering, err := range found {
		if err != nil {
			return err
		}
		if data.Found = append(data.Found, tampering); len(data.Found) == pageSize {
			break
		}
	}
	return nil
}

// anchors are the heads that a step is compared with: the event before it, the end of the
// log, and the one that the reader had kept, where these belong to it.
func anchors(data verificationPage, last tenancy.LogHead) (heads []tenancy.LogHead) {
	if last.Sequence > 0 {
		heads = append(heads, last)
	}
	end := data.To == data.Head.Sequence
	if end {
		heads = append(heads, data.Head)
	}
	if kept := data.Kept.Sequence; kept >= data.From && (kept <= data.To || end) {
		heads = append(heads, data.Kept)
	}
	return heads
}

// Says is a reason in words.
func (verificationPage) Says(reason tenancy.TamperingReason) string {
	return tamperingSentences[reason]
}

var tamperingSentences = map[tenancy.TamperingReason]string{
	tenancy.TamperedHash:  "This event was changed.",
	tenancy.TamperedChain: "An event was removed, inserted or moved here.",
	tenancy.TamperedHead:  "The log does not have this event as it was kept: the end was cut off or written anew.",
	tenancy.TamperedFile:  "There is no event where some should be.",
	tenancy.UncheckedType: "A newer version wrote this event, so it could not be checked whole. This is no sign of a change.",
}
