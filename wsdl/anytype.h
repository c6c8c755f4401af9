/* For soapcpp2 only, named in typemap.dat: xs:anyType is ours, see src/codec/anytype.h. The struct has
 * no member that soapcpp2 could read or write by itself. */
#include "codec/anytype.h"
extern typedef volatile struct codec_data { } xsd__anyType;
