"""PDFs as the state gives them and as it does not: signed by a throw-away CA, changed, broken."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
from asn1crypto import algos, keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

MINISTRY = "人力资源和社会保障部"
DAY = timedelta(days=1)
# `openssl ecparam -genkey -name SM2`, then `openssl req -new -x509 -sm3`; its key is gone
SM2_SEAL = b"""-----BEGIN CERTIFICATE-----
MIIB4jCCAYegAwIBAgIURH9f04NKex3RhQBMn/oLE16zW5MwCgYIKoEcz1UBg3Uw
RjEzMDEGA1UEAwwq5Lq65Yqb6LWE5rqQ5ZKM56S+5Lya5L+d6Zqc6YOo55S15a2Q
5Y2w56ugMQ8wDQYDVQQKDAbmvJTnpLowHhcNMjYxMTI4MTMyMDA2WhcNMzYxMTI1
MTMyMDA2WjBGMTMwMQYDVQQDDCrkurrlipvotYTmupDlkoznpL7kvJrkv53pmpzp
g6jnlLXlrZDljbDnq6AxDzANBgNVBAoMBua8lOekujBZMBMGByqGSM49AgEGCCqB
HM9VAYItA0IABI1LnV/LY9wV5FKz1Iu3B9HqiEjALK+10mfenvyRbYy2ehOtZZVr
I8uLiSPFF+7A/LFiLC4/+cEM/CLc+MLpkP6jUzBRMB0GA1UdDgQWBBSyBJ5uvkdC
PZZ1kUj7NSHINxAQojAfBgNVHSMEGDAWgBSyBJ5uvkdCPZZ1kUj7NSHINxAQojAP
BgNVHRMBAf8EBTADAQH/MAoGCCqBHM9VAYN1A0kAMEYCIQChQ7YJFsEE1C01ejIi
eGvI8q/UStiXUKsTS+juR2sPVwIhAMRb+w95gwlX5sqkvFR0j3+1GHBT99INYjSg
mq47nUvn
-----END CERTIFICATE-----
"""


class Authority:
    """A root of our own that signs a seal: key and certificates."""

    def __init__(self, name: str, *, lasts: timedelta = 365 * DAY, since: int = 30) -> None:
        now = datetime.now(UTC)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.seal_key = ec.generate_private_key(ec.SECP256R1())
        begins = now - since * DAY
        root = _builder(name, name, self.key, begins, begins + 3650 * DAY)
        root = root.add_extension(x509.BasicConstraints(True, 0), critical=True)
        self.root = root.add_extension(_usage(signs_certificates=True), critical=True).sign(
            self.key, hashes.SHA256()
        )
        seal = _builder(MINISTRY, name, self.seal_key, begins, begins + lasts)
        seal = seal.add_extension(_usage(signs_certificates=False), critical=True)
        self.seal = seal.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    def signed(self, content: bytes, *, field: str = "Seal") -> bytes:
        store = SimpleCertificateStore()
        store.register(_asn1(self.root))
        der = self.seal_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        signer = signers.SimpleSigner(
            signing_cert=_asn1(self.seal),
            signing_key=keys.PrivateKeyInfo.load(der),
            cert_registry=store,
        )
        facts = signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        return signers.sign_pdf(writer, facts, signer=signer).getvalue()


def claimed_in_sm2(content: bytes) -> bytes:
    """The same with a seal of the nation's own kind, which nobody here can check: it is empty."""
    kind = algos.SignedDigestAlgorithmId("1.2.156.10197.1.501")  # sm2sign-with-sm3
    _, _, der = pem.unarmor(SM2_SEAL)
    signer = signers.ExternalSigner(
        signing_cert=asn1.Certificate.load(der),
        cert_registry=None,
        signature_value=bytes(71),
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": kind}),
    )
    facts = signers.PdfSignatureMetadata(
        field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    return signers.sign_pdf(writer, facts, signer=signer).getvalue()


def certificate_pdf(pages: int = 1) -> bytes:
    """An unsigned PDF; each is another file."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(400, 300))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def added_to(content: bytes) -> bytes:
    """The same with another page size written behind it, as who edits a signed file does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/MediaBox"][2] = generic.NumberObject(600)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def altered(content: bytes) -> bytes:
    """The same with one signed byte changed."""
    return content.replace(b"400 300", b"500 300", 1)


def with_script() -> bytes:
    pdf = pikepdf.open(io.BytesIO(certificate_pdf()))
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    return _saved(pdf)


def with_file() -> bytes:
    pdf = pikepdf.open(io.BytesIO(certificate_pdf()))
    pdf.attachments["virus.exe"] = b"MZ"
    return _saved(pdf)


def bomb(size: int) -> bytes:
    """A small file with one packed object of that many bytes."""
    pdf = pikepdf.open(io.BytesIO(certificate_pdf()))
    pdf.Root.Note = pdf.make_indirect(pikepdf.String("a" * size))
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def locked() -> bytes:
    out = io.BytesIO()
    pdf = pikepdf.open(io.BytesIO(certificate_pdf()))
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    builder = x509.CertificateBuilder(named(issuer), named(subject), key.public_key())
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
