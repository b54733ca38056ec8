package tenancy

import "strings"

// ocsfVersion is the version of the Open Cybersecurity Schema Framework whose classes
// LogOCSF writes.
const ocsfVersion = "1.8.0"

// The classes of its category Identity & Access Management (3).
const (
	ocsfAccountChange    = 3001
	ocsfEntityManagement = 3004
	ocsfUserAccess       = 3005
	ocsfGroupManagement  = 3006
	ocsfOther            = 99 // the activity that the class has no number for
)

// ocsfActivity is a class, and one of the activities that the class has.
type ocsfActivity struct{ class, activity int }

// ocsfActivities says which class and activity the types of events are. Types that it
// does not have are Entity Management, Other.
var ocsfActivities = map[string]ocsfActivity{
	"UserCreated":                {ocsfAccountChange, 1},
	"ServiceAccountCreated":      {ocsfAccountChange, 1},
	"KeyCreated":                 {ocsfEntityManagement, 1},
	"KeyRevoked":                 {ocsfEntityManagement, 4},
	"UserReactivated":            {ocsfAccountChange, 2},
	"UserDeactivated":            {ocsfAccountChange, 5},
	"UserDeleted":                {ocsfAccountChange, 6},
	"UserUpdated":                {ocsfAccountChange, ocsfOther},
	"UserEmailChanged":           {ocsfAccountChange, ocsfOther},
	"SSOExemptionSet":            {ocsfAccountChange, ocsfOther},
	"RolesAssigned":              {ocsfUserAccess, 1},
	"TemporaryRolesAssigned":     {ocsfUserAccess, 1},
	"TemporaryRolesEnded":        {ocsfUserAccess, 2},
	"RolesRevoked":               {ocsfUserAccess, 2},
	"OrganizationRoleChanged":    {ocsfUserAccess, 1},
	"OwnershipTransferred":       {ocsfUserAccess, 1},
	"AccountTransferred":         {ocsfUserAccess, 1},
	"MemberJoined":               {ocsfGroupManagement, 3},
	"UserImported":               {ocsfGroupManagement, 3},
	"MemberLeft":                 {ocsfGroupManagement, 4},
	"UsersAddedToGroup":          {ocsfGroupManagement, 3},
	"UsersRemovedFromGroup":      {ocsfGroupManagement, 4},
	"GroupCreated":               {ocsfGroupManagement, 6},
	"GroupDeleted":               {ocsfGroupManagement, 5},
	"GroupRenamed":               {ocsfGroupManagement, ocsfOther},
	"GroupRolesAssigned":         {ocsfGroupManagement, 1},
	"GroupRolesRevoked":          {ocsfGroupManagement, 2},
	"IdentitiesAddedToGroup":     {ocsfGroupManagement, 3},
	"IdentitiesRemovedFromGroup": {ocsfGroupManagement, 4},
	"UserProvisioned":            {ocsfAccountChange, 1},
	"UserClaimed":                {ocsfAccountChange, ocsfOther},
	"IdentityLinked":             {ocsfAccountChange, ocsfOther},
	"IdentityProvisioned":        {ocsfEntityManagement, 1},
	"IdentityUpdated":            {ocsfEntityManagement, 3},
	"IdentityRemoved":            {ocsfEntityManagement, 4},
	"IdentityForgotten":          {ocsfEntityManagement, 4},
	"DirectoryAdded":             {ocsfEntityManagement, 1},
	"DirectorySecretRotated":     {ocsfEntityManagement, 3},
	"DirectoryRemoved":           {ocsfEntityManagement, 4},
	"OrganizationCreated":        {ocsfEntityManagement, 1},
	"AccountCreated":             {ocsfEntityManagement, 1},
	"DomainAdded":                {ocsfEntityManagement, 1},
	"ConnectionAdded":            {ocsfEntityManagement, 1},
	"InvitationSent":             {ocsfEntityManagement, 1},
	"RequestOpened":              {ocsfEntityManagement, 1},
	"OrganizationRenamed":        {ocsfEntityManagement, 3},
	"AccountRenamed":             {ocsfEntityManagement, 3},
	"OrganizationDeleted":        {ocsfEntityManagement, 4},
	"AccountClosed":              {ocsfEntityManagement, 4},
	"DomainRemoved":              {ocsfEntityManagement, 4},
	"ConnectionRemoved":          {ocsfEntityManagement, 4},
	"AccountManaged":             {ocsfEntityManagement, 5},
	"AccountReleased":            {ocsfEntityManagement, 5},
	"OrganizationSuspended":      {ocsfEntityManagement, 12},
	"OrganizationReactivated":    {ocsfEntityManagement, 13},
	"AccountSuspended":           {ocsfEntityManagement, 12},
	"AccountReactivated":         {ocsfEntityManagement, 13},
}

// ocsfThing is an object that has an ID, and of an entity what kind it is.
type ocsfThing struct {
	UID  string `json:"uid"`
	Type string `json:"type,omitempty"` // of an entity: its ID's prefix
}

// ocsfEvent is an event as the schema has it, with the attributes that its class
// requires. It holds no names.
type ocsfEvent struct {
	ActivityID  int            `json:"activity_id"`
	CategoryUID int            `json:"category_uid"`
	ClassUID    int            `json:"class_uid"`
	TypeUID     int            `json:"type_uid"`
	SeverityID  int            `json:"severity_id"`
	StatusID    int            `json:"status_id"`
	Time        int64          `json:"time"` // milliseconds since 1970
	Metadata    ocsfMetadata   `json:"metadata"`
	Actor       ocsfActor      `json:"actor"`
	User        *ocsfThing     `json:"user,omitempty"`
	Group       *ocsfThing     `json:"group,omitempty"`
	Entity      *ocsfThing     `json:"entity,omitempty"`
	Privileges  []string       `json:"privileges,omitempty"` // roles
	Resources   []ocsfThing    `json:"resources,omitempty"`
	Unmapped    map[string]any `json:"unmapped"`
}

type ocsfMetadata struct {
	Version        string            `json:"version"`
	Product        map[string]string `json:"product"`
	UID            string            `json:"uid"`
	EventCode      string            `json:"event_code"`
	Sequence       uint64            `json:"sequence"`
	CorrelationUID string            `json:"correlation_uid,omitempty"`
	TenantUID      string            `json:"tenant_uid,omitempty"`
}

// ocsfActor is a user, or, for System, Operators and directories, the application.
type ocsfActor struct {
	User    *ocsfThing `json:"user,omitempty"`
	AppName string     `json:"app_name,omitempty"`
}

func ocsfOf(e Event) ocsfEvent {
	name := EventType(e.Data)
	is, ok := ocsfActivities[name]
	if !ok {
		is = ocsfActivity{ocsfEntityManagement, ocsfOther}
	}
	x := ocsfEvent{ActivityID: is.activity, CategoryUID: is.class / 1000, ClassUID: is.class,
		TypeUID: is.class*100 + is.activity, SeverityID: 1, StatusID: 1, Time: int64(e.Time) / 1000,
		Metadata: ocsfMetadata{Version: ocsfVersion, Product: map[string]string{"name": "tenancy"},
			UID: e.ID.String(), EventCode: name, Sequence: e.Sequence, CorrelationUID: string(e.Correlation)},
		Actor:    ocsfActor{AppName: e.Actor.String()},
		Unmapped: map[string]any{"operation": e.Name, "data": e.Data}}
	if e.Actor.isUser() {
		x.Actor = ocsfActor{User: &ocsfThing{UID: e.Actor.String()}}
	}
	if !e.Stream.Organization.IsZero() {
		x.Metadata.TenantUID = e.Stream.String()
	}
	x.things(e, is.class)
	return x
}

// things sets the objects that a class requires, out of the IDs in the event's data.
func (x *ocsfEvent) things(e Event, class int) {
	var users, others []ocsfThing
	for id := range idsOf(e.Data) {
		text := id.Interface().(interface{ String() string }).String()
		if thing := (ocsfThing{UID: text}); strings.HasPrefix(text, "US") {
			users = append(users, thing)
		} else {
			thing.Type = text[:2]
			others = append(others, thing)
		}
	}
	if len(others) == 0 {
		others = users
	}
	switch class {
	case ocsfAccountChange:
		x.User = &users[0]
	case ocsfUserAccess:
		x.User, x.Resources, x.Privileges = &users[0], others, ocsfPrivileges(e.Data)
	case ocsfGroupManagement:
		x.Group = &others[0]
		if len(users) > 0 {
			x.User = &users[0]
		}
		if groupRoles := ocsfGroupPrivileges(e.Data); groupRoles != nil {
			x.Resources, x.Privileges = others[1:], groupRoles
		}
	default:
		x.Entity = &others[0]
	}
}

// ocsfGroupPrivileges returns the roles that an event about what a group gives is about, or
// nil.
func ocsfGroupPrivileges(data EventData) []string {
	switch data := data.(type) {
	case GroupRolesAssigned:
		return strings.Split(data.Roles.String(), ",")
	case GroupRolesRevoked:
		return []string{"all"}
	}
	return nil
}

// ocsfPrivileges returns the roles that an event about a user's roles is about.
func ocsfPrivileges(data EventData) []string {
	switch data := data.(type) {
	case RolesAssigned:
		return strings.Split(data.Roles.String(), ",")
	case TemporaryRolesAssigned:
		return strings.Split(data.Roles.String(), ",")
	case TemporaryRolesEnded:
		return []string{"temporary"}
	case RolesRevoked:
		return []string{"all"}
	case OrganizationRoleChanged:
		return []string{string(data.Role)}
	}
	return []string{string(Owner)}
}
