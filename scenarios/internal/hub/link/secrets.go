package link

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rlrun/rlrun/internal/atomicfile"
)

// Names of the files that WriteSecrets writes.
const (
	CertFile  = "hub.crt"
	KeyFile   = "hub.key"
	TokenFile = "hub.token"
)

// WriteSecrets writes the files hub.crt, hub.key and hub.token to the directory dir, which must not
// have them yet: a certificate for the hosts, which is its own authority and valid for two years, its
// private key, and a token of 32 random bytes. Clients need hub.crt and hub.token.
func WriteSecrets(dir string, hosts []string, now time.Time) error {
	for _, name := range []string{CertFile, KeyFile, TokenFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", filepath.Join(dir, name))
		}
	}
	cert, key, err := certificate(hosts, now)
	if err != nil {
		return err
	}
	token := make([]byte, 32)
	rand.Read(token)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(
		secret(dir, KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		secret(dir, TokenFile, []byte(hex.EncodeToString(token)+"\n")),
		atomicfile.Create(filepath.Join(dir, CertFile), func(w io.Writer) error {
			return pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: cert})
		}))
}

// secret writes a new file that only its owner can read.
func secret(dir, name string, data []byte) error {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(data))
	return errors.Join(err, f.Sync(), f.Close())
}

// certificate returns a certificate for the hosts, which are names or IP addresses, and its private
// key, both in DER.
func certificate(hosts []string, now time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "rlrun hub"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if h == "" || strings.ContainsAny(h, "/@ \t\r\n") || strings.Contains(h, ":") && net.ParseIP(h) == nil {
			return nil, nil, fmt.Errorf("%q is not a host; want a name such as head.example.org, or an IP address", h)
		}
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	if cert, err = x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private); err != nil {
		return nil, nil, err
	}
	key, err = x509.MarshalPKCS8PrivateKey(private)
	return cert, key, err
}
