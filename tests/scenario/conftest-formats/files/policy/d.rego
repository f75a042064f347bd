package main
deny contains {"msg": "m", "in": input}
