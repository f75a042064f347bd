# METADATA
# title: t
# custom:
#   a: [1, 2]
package a

# METADATA
# scope: rule
p contains 1
