package s4s.files;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file system over the usual one that counts what changes the disk (files and folders made, written, forced, moved, removed,
 * locked), and at one number fails: like a kill, after which nothing more happens and every lock is gone, or like a full disk,
 * with an exception. Of a write that fails half is done.
 */
public final class FaultyFiles extends FileSystem {
    /** What happens at the number. */
    public enum Fault {
        /** The process ends. */
        KILL,
        /** The operation fails, as later ones do not. */
        EXCEPTION
    }

    /** The end of the process. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        private Killed(String what) {
            super(what);
        }
    }

    private final FileSystem files;
    private final Fault fault;
    private final long at;
    private final Provider provider = new Provider();
    private final List<FileChannel> open = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private boolean dead;

    /**
     * @param fault what happens
     * @param at number of the operation at which it does, from 0
     */
    public FaultyFiles(FileSystem files, Fault fault, long at) {
        this.files = files;
        this.fault = fault;
        this.at = at;
    }

    /** The same path here. */
    public Path of(Path path) {
        return new FaultyPath(path);
    }

    /** The operations so far, in words. */
    public synchronized List<String> operations() {
        return List.copyOf(done);
    }

    /** Whether it has come to the number. */
    public boolean failed() {
        return done.size() > at;
    }

    /** Counts an operation; {@code half} is done if it fails. */
    private synchronized void count(String what, Half half) throws IOException {
        alive();
        done.add(what);
        if (done.size() == at + 1) {
            half.run();
            if (fault == Fault.EXCEPTION) {
                throw new IOException("No space left on device");
            }
            dead = true;
            for (FileChannel channel : open) {
                channel.close();
            }
            throw new Killed(what);
        }
    }

    private void count(String what) throws IOException {
        count(what, () -> {});
    }

    private void alive() {
        if (dead) {
            throw new Killed("the process has ended");
        }
    }

    private interface Half {
        void run() throws IOException;
    }

    private static Path plain(Path path) {
        return path instanceof FaultyPath faulty ? faulty.path : path;
    }

    private final class FaultyPath implements Path {
        private final Path path;

        private FaultyPath(Path path) {
            this.path = path;
        }

        private Path wrap(Path other) {
            return other == null ? null : new FaultyPath(other);
        }

        @Override
        public FileSystem getFileSystem() {
            return FaultyFiles.this;
        }

        @Override
        public boolean isAbsolute() {
            return path.isAbsolute();
        }

        @Override
        public Path getRoot() {
            return wrap(path.getRoot());
        }

        @Override
        public Path getFileName() {
            return wrap(path.getFileName());
        }

        @Override
        public Path getParent() {
            return wrap(path.getParent());
        }

        @Override
        public int getNameCount() {
            return path.getNameCount();
        }

        @Override
        public Path getName(int index) {
            return wrap(path.getName(index));
        }

        @Override
        public Path subpath(int from, int to) {
            return wrap(path.subpath(from, to));
        }

        @Override
        public boolean startsWith(Path other) {
            return path.startsWith(plain(other));
        }

        @Override
        public boolean endsWith(Path other) {
            return path.endsWith(plain(other));
        }

        @Override
        public Path normalize() {
            return wrap(path.normalize());
        }

        @Override
        public Path resolve(Path other) {
            return wrap(path.resolve(plain(other)));
        }

        @Override
        public Path relativize(Path other) {
            return wrap(path.relativize(plain(other)));
        }

        @Override
        public URI toUri() {
            return path.toUri();
        }

        @Override
        public Path toAbsolutePath() {
            return wrap(path.toAbsolutePath());
        }

        @Override
        public Path toRealPath(LinkOption... options) throws IOException {
            return wrap(path.toRealPath(options));
        }

        /** The usual file: for reading by what knows no file systems. */
        @Override
        public java.io.File toFile() {
            return path.toFile();
        }

        @Override
        public java.nio.file.WatchKey register(WatchService watcher, java.nio.file.WatchEvent.Kind<?>[] events,
                java.nio.file.WatchEvent.Modifier... modifiers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Path other) {
            return path.compareTo(plain(other));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof FaultyPath faulty && path.equals(faulty.path);
        }

        @Override
        public int hashCode() {
            return path.hashCode();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    private final class Provider extends FileSystemProvider {
        private FileSystemProvider usual() {
            return files.provider();
        }

        @Override
        public String getScheme() {
            return "faulty";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return FaultyFiles.this;
        }

        @Override
        public Path getPath(URI uri) {
            return of(usual().getPath(uri));
        }

        @Override
        public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            return newFileChannel(path, options, attributes);
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            boolean write = options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
            if (write) {
                count("open " + path.getFileName());
            }
            alive();
            Set<OpenOption> all = new HashSet<>(options);
            FileChannel channel = usual().newFileChannel(plain(path), all, attributes);
            synchronized (FaultyFiles.this) {
                open.add(channel);
            }
            return new Channel(channel, path.getFileName().toString());
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            alive();
            DirectoryStream<Path> stream = usual().newDirectoryStream(plain(folder), path -> filter.accept(of(path)));
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    Iterator<Path> paths = stream.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return paths.hasNext();
                        }

                        @Override
                        public Path next() {
                            return of(paths.next());
                        }
                    };
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }

        @Override
        public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
            if (java.nio.file.Files.exists(plain(folder))) {
                alive();
            } else {
                count("folder " + folder.getFileName());
            }
            usual().createDirectory(plain(folder), attributes);
        }

        @Override
        public void delete(Path path) throws IOException {
            if (java.nio.file.Files.exists(plain(path))) {
                count("remove " + path.getFileName());
            }
            alive();
            usual().delete(plain(path));
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) throws IOException {
            count("copy to " + target.getFileName());
            usual().copy(plain(source), plain(target), options);
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            count("move to " + target.getFileName());
            usual().move(plain(source), plain(target), options);
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            return usual().isSameFile(plain(path), plain(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return usual().isHidden(plain(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return usual().getFileStore(plain(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            alive();
            usual().checkAccess(plain(path), modes);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return usual().getFileAttributeView(plain(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            alive();
            return usual().readAttributes(plain(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
            alive();
            return usual().readAttributes(plain(path), attributes, options);
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
            count("attribute of " + path.getFileName());
            usual().setAttribute(plain(path), attribute, value, options);
        }
    }

    private final class Channel extends FileChannel {
        private final FileChannel channel;
        private final String name;

        private Channel(FileChannel channel, String name) {
            this.channel = channel;
            this.name = name;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            alive();
            return channel.read(to);
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            alive();
            return channel.read(to, offset, length);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            count("write " + name, () -> channel.write(from.duplicate().limit(from.position() + from.remaining() / 2)));
            return channel.write(from);
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            count("write " + name);
            return channel.write(from, offset, length);
        }

        @Override
        public long position() throws IOException {
            return channel.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            channel.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            count("truncate " + name);
            channel.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            count("force " + name);
            channel.force(metadata);
        }

        @Override
        public long transferTo(long position, long number, WritableByteChannel target) throws IOException {
            return channel.transferTo(position, number, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long number) throws IOException {
            count("write " + name);
            return channel.transferFrom(source, position, number);
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            alive();
            return channel.read(to, position);
        }

        @Override
        public int write(ByteBuffer from, long position) throws IOException {
            count("write " + name);
            return channel.write(from, position);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return channel.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            count("lock " + name);
            return channel.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            count("lock " + name);
            return channel.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return files.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return files.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return files.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return files.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return of(files.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        PathMatcher matcher = files.getPathMatcher(pattern);
        return path -> matcher.matches(plain(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return files.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
