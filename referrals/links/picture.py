"""A share link as a QR code, to be printed."""

import io
from functools import lru_cache

import qrcode  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]


@lru_cache(maxsize=256)
def picture(address: str) -> bytes:
    """An SVG with a white ground, so that it can be read off a dark page, too."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(address)
    out = io.BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(out)
    return out.getvalue()
