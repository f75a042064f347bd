package main

import rego.v1

test_root if "root user" in deny with input as parse_config("yaml", "user: root")

test_wrong if count(deny) == 7 with input as {}

todo_test_later if false
