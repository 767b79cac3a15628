package s4s.image;

/** What to do with image files of kinds that are not read, or that cannot be, among those of a folder or zip. */
public enum Others {
    /** Refuse the set: a distance depends on the number of images. */
    REFUSED,
    /** Leave them out. */
    LEFT_OUT
}
