"""
The filters that make a picture of a plan's size, rate and colours.

Imports ``core.plan``.
"""

from transcoder.core.plan import Picture, Plan

# Of every result: what all players take.
_TAGGED = (
    "format=yuv420p",
    "setsar=1",
    # Some versions drop -color_trc and its kind where the filter's output is untagged.
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
)


def picture_filters(plan: Plan, picture: Picture) -> tuple[str, ...]:
    """From a decoded frame to one of the picture's size and rate."""
    rate = picture.frame_rate
    return (
        *deinterlacing(plan),
        f"fps={rate.numerator}/{rate.denominator}",
        *sizing(plan, picture),
    )


def deinterlacing(plan: Plan) -> tuple[str, ...]:
    """The filters that make whole frames of fields, where the input has any."""
    return ("bwdif=mode=send_frame:deint=interlaced",) if plan.deinterlace else ()


def sizing(plan: Plan, picture: Picture) -> tuple[str, ...]:
    """The filters that bring a frame to its size and its colours to BT.709."""
    first = picture.via or (picture.width, picture.height)
    of_input = (*(_tonemap(plan, first) if plan.tonemap else _scale(plan.matrix, first)), *_TAGGED)
    if picture.via is None:
        return of_input
    return (*of_input, *_scale("bt709", (picture.width, picture.height)), *_TAGGED)


def _scale(matrix: str, size: tuple[int, int]) -> tuple[str, ...]:
    # Without in_color_matrix swscale takes every input for BT.601, tagged or not.
    options = "flags=bicubic+accurate_rnd+full_chroma_int"
    colours = f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
    return (f"scale={size[0]}:{size[1]}:{options}:{colours}",)


def _tonemap(plan: Plan, size: tuple[int, int]) -> tuple[str, ...]:
    if plan.video is None:
        return ()
    colour = plan.video.colour
    said = f"color_primaries={colour.primaries or 'bt2020'}:color_trc={colour.transfer}"
    return (
        # zscale finds no way from colours of which it knows but a part.
        f"setparams={said}:colorspace={colour.matrix or 'bt2020nc'}",
        f"zscale=w={size[0]}:h={size[1]}:t=linear:npl=100",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=hable:desat=0",
        "zscale=t=bt709",
        # Colours that BT.709 does not have are below zero here, and whole numbers cut them off.
        # Left in, older versions make something else of them, and darken the picture.
        "format=gbrp10le",
        "zscale=m=bt709:r=tv",
    )
