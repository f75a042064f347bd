/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

int main(void)
{
	printf("seawall %s\n", SW_VERSION);
	return 0;
}
