package pe

allow if {
	input.user == data.roles.owner
	input.level > 2
}

allow if input.admin
