/* Puts the certificate in the named file among the roots that the user trusts, says so, and takes it out again when
   standard input ends. */
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>

int wmain(int count, wchar_t **arguments)
{
    static BYTE bytes[65536];
    HCERTSTORE roots = CertOpenSystemStoreW(0, L"ROOT");
    PCCERT_CONTEXT added = NULL;
    FILE *file = count == 2 ? _wfopen(arguments[1], L"rb") : NULL;
    size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);

    if (!CertAddEncodedCertificateToStore(roots, X509_ASN_ENCODING, bytes, (DWORD)size, CERT_STORE_ADD_ALWAYS, &added)) {
        printf("error %lx\n", GetLastError());
        return 1;
    }
    /* Other programs see what is committed, and nothing else. */
    CertControlStore(roots, 0, CERT_STORE_CTRL_COMMIT, NULL);
    puts("trusted");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    CertDeleteCertificateFromStore(added);
    CertControlStore(roots, 0, CERT_STORE_CTRL_COMMIT, NULL);
    CertCloseStore(roots, 0);
    return 0;
}
