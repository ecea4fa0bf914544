"""Sample pages as PDF, and a throw-away authority to sign one: its names say that it is nobody's.

Loads pyHanko: only the chapter that needs it imports this module, while it is built.
"""

import io
from datetime import datetime, timedelta

import pikepdf
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

AUTHORITY, SEAL = "演示用证书颁发机构（非国家机构）", "演示用印章（无效）"
DAY = timedelta(days=1)
LASTS = 3650 * DAY
WIDTH, HEIGHT, MARGIN = 420, 298, 36  # of the page, in points
FACE = "STSong-Light"  # every reader of PDFs brings a face for it: none is put in
LINES = (  # how far down, how large, and what
    (72, 22, "演示样张 · DEMO"),
    (116, 15, "{title}"),
    (144, 15, "{name}"),
    (190, 11, "本页仅供试用系统，不是国家证书，不具任何效力。"),
    (210, 11, "For trying out the system. Not a certificate of the state,"),
    (226, 11, "and of no effect whatsoever."),
)


def page(title: str, name: str) -> bytes:
    """A page that says what it is not, in both languages."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    sheet = pdf.pages[0]
    sheet.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=_face()))
    drawn = [
        f"BT /F {size} Tf {MARGIN} {HEIGHT - down} Td <{_hex(text, title, name)}> Tj ET"
        for down, size, text in LINES
    ]
    frame = f"0.7 G 12 12 {WIDTH - 24} {HEIGHT - 24} re S"
    sheet.Contents = pdf.make_stream("\n".join([frame, *drawn]).encode())
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def signed(content: bytes, now: datetime) -> bytes:
    """The same with a signature, under an authority that is forgotten when this returns."""
    key, seal_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate(AUTHORITY, AUTHORITY, key, now, signs_certificates=True)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    seal = _certificate(SEAL, AUTHORITY, seal_key, now, signs_certificates=False)
    hash_ = hashes.SHA256()
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_asn1(root.sign(key, hash_)))
    der = seal_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=_asn1(seal.sign(key, hash_)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=store,
    )
    facts = signers.PdfSignatureMetadata(
        field_name="Demo", subfilter=fields.SigSeedSubFilter.PADES, reason="DEMO"
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    out = io.BytesIO()
    signers.sign_pdf(writer, facts, signer=signer, output=out)
    return out.getvalue()


def _hex(text: str, title: str, name: str) -> str:
    return text.format(title=title, name=name).encode("utf-16-be").hex()


def _face() -> pikepdf.Dictionary:
    name = pikepdf.Name
    collection = pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"GB1", Supplement=2)
    described = pikepdf.Dictionary(
        Type=name.FontDescriptor,
        FontName=name("/" + FACE),
        Flags=6,
        FontBBox=[-25, -254, 1000, 880],
        ItalicAngle=0,
        Ascent=880,
        Descent=-120,
        CapHeight=880,
        StemV=93,
    )
    glyphs = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType0,
        BaseFont=name("/" + FACE),
        CIDSystemInfo=collection,
        FontDescriptor=described,
        DW=1000,
        W=[1, 95, 500],  # Latin letters are half as wide
    )
    return pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.Type0,
        BaseFont=name("/" + FACE),
        Encoding=name("/UniGB-UCS2-H"),
        DescendantFonts=[glyphs],
    )


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    signs_certificates: bool,
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
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
    builder = x509.CertificateBuilder(_named(issuer), _named(subject), key.public_key())
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + LASTS)
        .add_extension(usage, critical=True)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
