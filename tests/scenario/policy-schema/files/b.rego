# METADATA
# scope: package
# schemas:
#   - input: schema.input
#   - data.acl: schema["sub"].acl
package b

q1 if { input.foo }
q2 if { data.acl.bar }
q3 if { data.acl.foo == "x" }

# METADATA
# scope: rule
# schemas:
#   - input.user: {type: number}
#   - input.extra.deep: {type: string}
q4 if { input.user == "x"; input.n == "y" }

# METADATA
# schemas:
#   - input: schema.nope
q5 if { input.z }

# METADATA
# schemas:
#   - input.extra.deep: {type: string}
q6 if { input.extra.deep == 3; input.extra.other; input.nonono }
