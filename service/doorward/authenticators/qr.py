"""QR codes as SVG, for an authenticator's app to read from the screen."""

import io

import segno


def qr_svg(text: str) -> str:
    """Return *text* as a QR code: an SVG of any size, without reference to elsewhere, black on white in every theme."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, omitsize=True
    )
    return out.getvalue().decode("utf-8")
