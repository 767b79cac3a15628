package s4s.data;

/** What to do with picture files of kinds that are not read, or that cannot be, among those of a folder or zip. */
public enum Others {
    /** Refuse the set: a distance depends on the number of pictures. */
    REFUSED,
    /** Leave them out. */
    LEFT_OUT
}
