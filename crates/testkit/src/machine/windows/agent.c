/* Starts the rest of its command line as the agent for Windows starts Node: on a console of its own without a window,
   output passed on, standard input closed at once. Any byte on our own standard input is the interrupt: we go to that
   console and raise Ctrl+C for everything on it. */
#include <windows.h>
#include <stdio.h>

static DWORD node;

static DWORD WINAPI interrupt(void *unused)
{
    char byte;
    DWORD count;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    (void)unused;
    if (!ReadFile(input, &byte, 1, &count, NULL) || count == 0)
        return 0;
    FreeConsole();
    if (!AttachConsole(node) || !SetConsoleCtrlHandler(NULL, TRUE) || !GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        fprintf(stderr, "the interrupt was not raised: error %lu\n", GetLastError());
    return 0;
}

/* The command line behind our own name. */
static wchar_t *rest(wchar_t *line)
{
    int quoted = 0;
    for (; *line != 0 && (quoted || *line != ' '); line++)
        quoted ^= *line == '"';
    while (*line == ' ')
        line++;
    return line;
}

int wmain(void)
{
    SECURITY_ATTRIBUTES inherited = { sizeof inherited, NULL, TRUE };
    STARTUPINFOW how = { sizeof how };
    PROCESS_INFORMATION started;
    HANDLE input, end;
    DWORD code = 125;

    CreatePipe(&input, &end, &inherited, 0);
    CloseHandle(end);
    how.dwFlags = STARTF_USESTDHANDLES;
    how.hStdInput = input;
    how.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    how.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessW(NULL, rest(GetCommandLineW()), NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &how, &started)) {
        fprintf(stderr, "Node was not started: error %lu\n", GetLastError());
        return 125;
    }
    CloseHandle(input);
    node = started.dwProcessId;
    CreateThread(NULL, 0, interrupt, NULL, 0, NULL);
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    return code;
}
