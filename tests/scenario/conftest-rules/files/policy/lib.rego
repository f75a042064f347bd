package lib.more

import rego.v1

deny contains "from the other package" if input.port
