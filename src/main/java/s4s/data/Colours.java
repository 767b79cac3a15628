package s4s.data;

/** What to do with picture files that are not stored as 8-bit RGB. */
public enum Colours {
    /** Refuse them by name: how they are converted is part of a measurement. */
    RGB_ONLY,
    /** Repeat grey, drop alpha, round 16 bits to 8, as {@code convert("RGB")} does; no colour profile is applied. */
    CONVERTED
}
