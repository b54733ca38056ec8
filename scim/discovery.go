package scim

import (
	"net/http"
	"strings"
)

// discovery returns what the endpoints do that describe the others (RFC 7644, section 4),
// or nil for another kind.
func (c *call) discovery(kind, id string) methods {
	switch {
	case kind == "ServiceProviderConfig" && id == "":
		return methods{"GET": func() (answer, error) {
			return answer{status: http.StatusOK, body: c.config()}, nil
		}}
	case kind == "ResourceTypes":
		return methods{"GET": func() (answer, error) { return c.described(c.resourceTypes(), id) }}
	case kind == "Schemas":
		return methods{"GET": func() (answer, error) { return c.described(c.schemas(), id) }}
	}
	return nil
}

// described answers with a list of descriptions, or with the one of an ID.
func (c *call) described(all []node, id string) (answer, error) {
	if c.query.Has("filter") {
		return answer{}, refused(http.StatusForbidden, "", "This list takes no filter.")
	}
	if id == "" {
		resources := make([]any, len(all))
		for i, n := range all {
			resources[i] = n
		}
		return answer{status: http.StatusOK, body: listed(resources, len(all), 1)}, nil
	}
	for _, n := range all {
		if has, _ := n["id"].(string); strings.EqualFold(has, id) {
			return answer{status: http.StatusOK, body: n}, nil
		}
	}
	return answer{}, refused(http.StatusNotFound, "", "There is no such resource.")
}

func (c *call) config() node {
	return node{
		"schemas":        []any{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":          node{"supported": true},
		"bulk":           node{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         node{"supported": true, "maxResults": maxPage},
		"changePassword": node{"supported": false},
		"sort":           node{"supported": false},
		"etag":           node{"supported": true},
		"authenticationSchemes": []any{
			node{
				"type": "oauthbearertoken", "name": "Bearer secret", "primary": true,
				"description": "The directory's secret as a bearer token",
				"specUri":     "https://www.rfc-editor.org/info/rfc6750",
			},
			node{
				"type": "oauth2", "name": "OAuth 2.0 client credentials",
				"description": "A token from /token, with the directory's id as the client ID and its secret as the client secret",
				"specUri":     "https://www.rfc-editor.org/info/rfc6749",
			},
		},
		"meta": node{"resourceType": "ServiceProviderConfig", "location": c.h.base + "/ServiceProviderConfig"},
	}
}

func (c *call) resourceTypes() []node {
	resourceType := func(name, endpoint, schema, description string) node {
		return node{
			"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
			"id":      name, "name": name, "endpoint": endpoint, "schema": schema, "description": description,
			"meta": node{"resourceType": "ResourceType", "location": c.location("ResourceTypes", name)},
		}
	}
	users := resourceType("User", "/Users", userSchema, "People whom the directory keeps")
	users["schemaExtensions"] = []any{node{"schema": enterpriseSchema, "required": false}}
	return []node{users, resourceType("Group", "/Groups", groupSchema, "Groups that the directory keeps")}
}

func (c *call) schemas() (all []node) {
	for _, s := range schemas {
		attributes := make([]any, len(s.attributes))
		for i, a := range s.attributes {
			attributes[i] = a.json()
		}
		all = append(all, node{
			"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:Schema"},
			"id":      s.urn, "name": s.name, "description": s.description, "attributes": attributes,
			"meta": node{"resourceType": "Schema", "location": c.location("Schemas", s.urn)},
		})
	}
	return all
}
