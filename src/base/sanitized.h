/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SANITIZED: 1 in a build for AddressSanitizer, which must see each piece of memory come and go and
 * reserves terabytes of addresses.
 */
#ifndef BASE_SANITIZED_H
#define BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
