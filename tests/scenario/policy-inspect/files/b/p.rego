# METADATA
# title: My package
# description: A package for tests
# scope: subpackages
# organizations:
# - Acme
package app.authz

# METADATA
# title: Allow
# description: Allows things
# entrypoint: true
# authors:
# - Jane Doe <jane@example.com>
# - name: Joe
# related_resources:
# - https://example.com/a
# - ref: https://example.com/b
#   description: more
# schemas:
# - input: schema.a
# - input.b: {"type": "string"}
# custom:
#   severity: HIGH
#   n: 3
allow if input.x == 1

# METADATA
# scope: document
# title: doc
deny contains m if { m := sprintf("%v", [count(input.y)]) }

p.q := 1
