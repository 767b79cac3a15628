package s4s.image;

/** What to do with image files that are not stored as 8-bit RGB. */
public enum Colours {
    /** Refuse them by name: how they are converted is part of a measurement. */
    RGB_ONLY,
    /**
     * Do what Pillow's {@code convert("RGB")} does: repeat grey, drop alpha and the lower 8 of 16 bits, turn CMYK into RGB; no
     * colour profile is applied. Grey of 16 bits is cut at 255, which leaves little of it.
     */
    CONVERTED
}
