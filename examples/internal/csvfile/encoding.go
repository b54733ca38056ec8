package csvfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The first bytes of files tell what they are.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
	zip         = "PK\x03\x04"       // .xlsx and .ods are ZIP archives
	compound    = "\xd0\xcf\x11\xe0" // .xls
)

const remedy = `in a spreadsheet program, save it as "CSV UTF-8"`

// decode returns the text of a file, with lines that end in LF.
func decode(content []byte) (string, error) {
	begins := func(mark string) bool { return bytes.HasPrefix(content, []byte(mark)) }
	var text string
	switch {
	case begins(zip), begins(compound):
		return "", errors.New("it is a spreadsheet, not CSV: " + remedy)
	case begins(markUTF16LE), begins(markUTF16BE):
		var err error
		if text, err = decodeUTF16(content); err != nil {
			return "", err
		}
	default:
		text = strings.TrimPrefix(string(content), markUTF8)
	}
	if strings.Contains(text, "\x00") {
		return "", errors.New("it has zero bytes, so it is not UTF-8 text: " + remedy)
	}
	if !strings.Contains(text, "\n") { // old spreadsheets end lines in CR alone
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if !utf8.ValidString(line) {
			return "", fmt.Errorf("line %d is not UTF-8, it looks like Windows-1252: %s", number, remedy)
		}
	}
	return text, nil
}

// decodeUTF16 decodes UTF-16 that begins with a byte-order mark.
func decodeUTF16(content []byte) (string, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if content[0] == markUTF16BE[0] {
		order = binary.BigEndian
	}
	var units []uint16
	for pair := range slices.Chunk(content[2:], 2) {
		if len(pair) < 2 {
			return "", errors.New("it is UTF-16 that ends in the middle of a character")
		}
		units = append(units, order.Uint16(pair))
	}
	runes := utf16.Decode(units)
	if !slices.Equal(utf16.Encode(runes), units) {
		return "", errors.New("it is UTF-16 with half characters: it is damaged")
	}
	return string(runes), nil
}
