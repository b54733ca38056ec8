package main

// rule is a reason for which the module answers otherwise than another implementation.
type rule int

const (
	anyOp rule = iota
	anyCase
	wholeExtension
	membersAreOperations
	partsStay
	managerWhole
	managerText
	emptyRemoves
	activeStays
	textTruth
	numberText
	notKeptIgnored
	derivedIgnored
	makesElement
	filterCase
	allElements
	oneElement
	elementText
	removesCovered
	noDuplicates
	hollowElements
	onePrimary
	refusesValue
	refusesAddress
	refusesRequired
	refusesReadOnly
	refusesFilter
	refusesPath
	refusesNoTarget
	rules
)

// reasons say why each rule holds. The text is for the report.
var reasons = [rules][2]string{
	anyOp:                {"op in any case", "PRV-11: operations in any case, as Entra sends \"Add\""},
	anyCase:              {"names in any case", "RFC 7643, 2.1: the names of attributes are the same in any case, in paths, filters and values"},
	wholeExtension:       {"the extension as a path", "RFC 7644, 3.10: the URN of an extension names its attributes as a whole"},
	membersAreOperations: {"names without a path are paths", "PRV-11: without a path each member of the value is an operation, and its name a path, as Entra sends"},
	partsStay:            {"unnamed parts stay", "RFC 7644, 3.5.2.3: parts of a complex attribute that the value does not name stay"},
	managerWhole:         {"a manager is one value", "PRV-11: a new manager leaves nothing of the old one"},
	managerText:          {"manager as text", "PRV-11: manager as object or text"},
	emptyRemoves:         {"null and empty remove", "PRV-11: null and empty as removal; nothing empty is kept"},
	activeStays:          {"active stays", "PRV-4: active absent, null or removed leaves it"},
	textTruth:            {"texts for booleans", "PRV-11: \"True\" and \"False\""},
	numberText:           {"numbers for texts", "a number is taken as its text"},
	notKeptIgnored:       {"what is not kept is ignored", "PRV-11: what is not kept is ignored, also in value paths"},
	derivedIgnored:       {"emails and schemas are derived", "PRV-2: another value in emails changes nothing; without a path read-only attributes are ignored"},
	makesElement:         {"a value path makes its element", "PRV-11: a value path that meets nothing makes the element where the attribute is kept"},
	filterCase:           {"filters in any case", "RFC 7643, 2.2 (caseExact false): texts are compared in any case; eq in any case; primary eq false meets absent"},
	allElements:          {"a part of all elements", "RFC 7644, 3.5.2: a part of a list without brackets is that part of each element"},
	oneElement:           {"one element for a list", "RFC 7644, 3.5.2.1: a value that is no list is one element"},
	elementText:          {"an element as text", "a text for an element of a list is its value"},
	removesCovered:       {"remove with a value", "PRV-11: a value list removes the elements that have all that it says, and nothing else"},
	noDuplicates:         {"no duplicates", "RFC 7643, 2.4; RFC 7644, 3.5.2.1: no two elements are equal"},
	hollowElements:       {"hollow elements go", "an element that says nothing but its type or primary is not kept"},
	onePrimary:           {"one primary", "RFC 7644, 3.5.2: a new primary element takes it from the others"},
	refusesValue:         {"values are checked", "a value of another type is refused with invalidValue"},
	refusesAddress:       {"userName is an address", "PRV-11: a userName off the organization's live domains is refused with invalidValue"},
	refusesRequired:      {"userName is required", "RFC 7644, 3.5.2.2: to remove what is required is refused"},
	refusesReadOnly:      {"read-only paths", "RFC 7644, 3.5.2: a path to a read-only attribute is refused with mutability"},
	refusesFilter:        {"filters that are not supported", "PRV-11: a filter that is not understood is refused with invalidFilter, never ignored"},
	refusesPath:          {"paths are checked", "RFC 7644, 3.12: a malformed path is refused with invalidPath"},
	refusesNoTarget:      {"remove needs a path", "RFC 7644, 3.5.2.2: noTarget"},
}
