import pytest
from cryptography.exceptions import InvalidTag

from college.core import crypto


def test_sealed_text_comes_back():
    assert crypto.unseal(crypto.seal("150502********001X")) == "150502********001X"


def test_the_same_text_is_sealed_differently_each_time():
    assert crypto.seal("x") != crypto.seal("x")


def test_a_changed_byte_is_refused():
    sealed = bytearray(crypto.seal("x"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        crypto.unseal(bytes(sealed))


def test_look_up_keys_differ_by_purpose_and_value():
    keys = {crypto.lookup_key(p, v) for p in ("id", "phone") for v in ("1", "2")}
    assert len(keys) == 4


@pytest.mark.parametrize("secret", ["", "c2hvcnQ="])
def test_a_key_of_the_wrong_length_stops_the_start(secret):
    with pytest.raises(ValueError, match="32 bytes"):
        crypto.use(secret)
