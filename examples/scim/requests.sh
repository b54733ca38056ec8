# The requests of an identity provider, one after the other, with what they are for. They
# need SCIM, DIRECTORY and SECRET in the environment, which the program prints.
set -eu

# ask METHOD PATH [BODY]: one request, with the status and the body that come back
ask() {
	printf '\n%s %s\n' "$1" "$2"
	if [ $# -gt 2 ]; then
		curl --silent --show-error --globoff --request "$1" "$SCIM$2" --write-out '\n%{http_code}\n' \
			--header "Authorization: Bearer $TOKEN" --header 'Content-Type: application/scim+json' --data "$3"
	else
		curl --silent --show-error --globoff --request "$1" "$SCIM$2" --write-out '\n%{http_code}\n' \
			--header "Authorization: Bearer $TOKEN"
	fi
}

# id: the id in the answer of the last request
id() { sed -n 's/.*"id":"\([A-Z0-9a-f]*\)".*/\1/p'; }

# A token of 60 minutes for the secret. The secret itself would do as well.
TOKEN=$(curl --silent --show-error --user "$DIRECTORY:$SECRET" --data grant_type=client_credentials "$SCIM/token" |
	sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')

# What the server can do.
ask GET /ServiceProviderConfig

# Is Ben here? Nobody is: 200, and an empty list.
ask GET '/Users?filter=userName%20eq%20%22ben@acme.com%22'

# Ben is new.
BEN=$(ask POST /Users '{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "externalId": "00u1", "userName": "ben@acme.com", "active": true,
  "name": {"givenName": "Ben", "familyName": "Silva"}, "title": "Engineer",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Tools"}
}' | tee /dev/stderr | id)

# An address that is not the company's: 400.
ask POST /Users '{"userName": "ben@other.example"}'

# Entra changes his name, and adds a phone number.
ask PATCH "/Users/$BEN" '{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  "Operations": [
    {"op": "Add", "value": {"name.formatted": "Benjamin Silva"}},
    {"op": "Replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "+351 1"}
  ]
}'

# A group with Ben in it.
STAFF=$(ask POST /Groups '{"displayName": "Staff", "members": [{"value": "'"$BEN"'"}]}' | tee /dev/stderr | id)

# Is Ben in the group? Its members are not asked for.
ask GET "/Groups?filter=id%20eq%20%22$STAFF%22%20and%20members%20eq%20%22$BEN%22&excludedAttributes=members"

# He leaves the group, and then the company: he is held inactive, and nothing of his is lost.
ask PATCH "/Groups/$STAFF" '{"Operations": [{"op": "remove", "path": "members[value eq \"'"$BEN"'\"]"}]}'
ask PATCH "/Users/$BEN" '{"Operations": [{"op": "replace", "value": {"active": false}}]}'
ask DELETE "/Users/$BEN"
ask GET "/Users/$BEN"
