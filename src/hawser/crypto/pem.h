// Private keys in the forms that came before OpenSSH's own: PKCS#1 and SEC 1 (with the old DEK-Info
// encryption) and PKCS#8. ASN.1 is left to the cryptography library.
#pragma once

#include "hawser/crypto/raw_key.h"

namespace hawser::crypto {

// Decodes one armored block, BEGIN and END lines included. The errors are those of
// keys/private_key_file.h; a wrong passphrase cannot be told from damage in an encrypted key.
Result<RawKey> decode_pem(ByteView block, ByteView passphrase);

}  // namespace hawser::crypto
