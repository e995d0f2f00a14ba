/* param_undef.h - forgets the meaning that a .def's rows had (param_fields.h). */
#undef PARAM_BOOL
#undef PARAM_INT
#undef PARAM_SIZE
#undef PARAM_ENUM
#undef PARAM_FLAGS
#undef PARAM_STRING
#undef PARAM_POINTER
#undef PARAM_LIST
