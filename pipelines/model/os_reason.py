"""Why the operating system refused, in words of ours: its own are English in every language."""

import errno

from pipelines.model.message import Message, msg

_SAID = {
    errno.ENOENT: msg("there is no such file or folder"),
    errno.EISDIR: msg("it is a folder"),
    errno.EEXIST: msg("a file is there already"),
    errno.ENOTDIR: msg("a part of the path is not a folder"),
    errno.EACCES: msg("this user may not"),
    errno.EPERM: msg("this user may not"),
    errno.EROFS: msg("the disk is read-only"),
    errno.ENOSPC: msg("the disk is full"),
    errno.EFBIG: msg("the file is larger than a file may be here"),
    errno.EDQUOT: msg("the quota of this user is used up"),
    errno.ENAMETOOLONG: msg("the name is too long"),
    errno.ELOOP: msg("links lead in a circle"),
    errno.EMFILE: msg("too many files are open"),
    errno.ENFILE: msg("too many files are open"),
    errno.ENOMEM: msg("the memory is used up"),
    errno.EIO: msg("the disk reports an error"),
}


def os_reason(error: OSError) -> Message:
    """What `error` means; the name of its number, or of its class, where nobody met it yet."""
    if error.errno in _SAID:
        return _SAID[error.errno]
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return msg("the system says {name}", name=name)
