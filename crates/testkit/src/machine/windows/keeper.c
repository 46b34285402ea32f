/* Does nothing but be there, with a desktop, until standard input ends. Asking for the desktop starts what wine needs
   for one, which stays as long as somebody has it. */
#include <windows.h>
#include <stdio.h>

int wmain(void)
{
    GetDesktopWindow();
    puts("up");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
